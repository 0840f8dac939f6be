"""The doors of this room."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from contest.api.views_public import api_guide, api_public
from contest.atlas.views_public import atlas_public
from contest.certificates.care import clear_files, missing_files, unfit_key
from contest.certificates.commands import certificates
from contest.certificates.views_public import certificates_public
from contest.certificates.views_staff import certificates_staff
from contest.commands import contest
from contest.commissions.views_staff import commissions_staff
from contest.contests.views_staff import contests_staff
from contest.decisions.views_public import decisions_public
from contest.decisions.views_staff import decisions_staff
from contest.evidence.views_staff import evidence_staff
from contest.judging.views_staff import judging_staff
from contest.jury.views_member import marking_member
from contest.jury.views_staff import jury_staff
from contest.league.views_public import league_public
from contest.meetings.views_member import meetings_member
from contest.meetings.views_staff import meetings_staff
from contest.nominees.commands import nominees
from contest.nominees.documents.views_staff import documents_staff
from contest.nominees.essays.views_staff import essays_staff
from contest.nominees.hearings.views_staff import hearings_staff
from contest.nominees.leaving import exclude_all_who_left
from contest.nominees.views_nominee import nominee_own
from contest.nominees.views_proposer import nominees_proposer
from contest.nominees.views_staff import nominees_staff
from contest.objections.views_nominee import objections_own
from contest.objections.views_staff import objections_staff
from contest.press.views_public import press_public
from contest.publication.conflicts.views_public import conflicts_public
from contest.publication.flags.views_public import flags_public
from contest.publication.turnout.views_public import turnout_public
from contest.publication.views_public import blueprint as publication
from contest.release.commands import release
from contest.release.views_public import release_public
from contest.release.views_staff import release_staff
from contest.robustness.views_public import robustness_public
from contest.robustness.views_staff import robustness_staff
from contest.standings.views_staff import standings_staff
from contest.whatif.commands import what_if
from contest.whatif.views_staff import whatif_staff
from core.access import Right
from core.room import MenuEntry, Room

contest.add_command(what_if)

ROOM = Room(
    name="contest",
    blueprints=(
        publication,
        turnout_public,
        conflicts_public,
        flags_public,
        league_public,
        contests_staff,
        nominees_proposer,
        nominees_staff,
        commissions_staff,
        meetings_staff,
        meetings_member,
        documents_staff,
        essays_staff,
        hearings_staff,
        nominee_own,
        marking_member,
        jury_staff,
        standings_staff,
        decisions_staff,
        decisions_public,
        objections_staff,
        objections_own,
        robustness_staff,
        robustness_public,
        judging_staff,
        evidence_staff,
        whatif_staff,
        certificates_staff,
        certificates_public,
        release_public,
        release_staff,
        atlas_public,
        press_public,
        api_public,
        api_guide,
    ),
    menu=(
        MenuEntry("contests_staff.index", _l("Contests"), Right.SEE_STAGE),
        MenuEntry("nominees_proposer.index", _l("Propose a nominee"), Right.PROPOSE_NOMINEES),
        MenuEntry("nominee_own.index", _l("My nomination"), Right.SEE_OWN_NOMINATION),
        MenuEntry("certificates_staff.index", _l("Certificates"), Right.ISSUE_CERTIFICATES),
        MenuEntry("release_staff.index", _l("Data of the contests"), Right.MANAGE_CONTEST),
    ),
    commands=(contest, nominees, certificates, release),
    jobs={
        "nominees who left their posts": exclude_all_who_left,
        "certificate files left behind": clear_files,
    },
    checkups={"signing key": unfit_key, "certificate files": missing_files},
)
