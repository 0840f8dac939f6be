/* A visit with a tablet: make ready, answer one by one without network, send later. An answer is sealed to
   the visit's key as soon as it is given; this page cannot open it again. */
(function () {
  "use strict";

  var page = document.getElementById("tablet"), store = window.tabletStore;
  var language = document.documentElement.lang, visit = null, idle = null, receipt = "";
  var sending = false, isOver = false;
  var POINTS = ["5", "4", "3", "2", "1"], IDLE = 60000, AT_ONCE = 50, SIZE = 448;

  function part(id) { return document.getElementById(id); }
  function words(names) { return names[language]; }
  function fill(name, text) {
    [].forEach.call(page.querySelectorAll("[data-fill=" + name + "]"), function (one) { one.textContent = text; });
  }

  function show(name) {
    ["start", "ready", "asking", "thanks"].forEach(function (id) { part(id).hidden = id !== name; });
    tell("");
    var head = part(name).querySelector("h1");
    window.scrollTo(0, 0);
    head.focus();
    watch();
  }

  function tell(text) {
    part("problem").hidden = !text;
    part("problem").firstElementChild.textContent = text;
    if (text) part("problem").scrollIntoView();
  }

  /* Nobody's answer stays on the screen when its person has gone. */
  function watch() {
    clearTimeout(idle);
    if (!part("asking").hidden || !part("thanks").hidden) idle = setTimeout(rest, IDLE);
  }

  function rest() {
    receipt = "";
    part("receipt").hidden = true;
    part("receipt").querySelector("strong").textContent = "";
    part("questions").textContent = "";
    part("answer").reset();
    show("ready");
    return refresh();
  }

  function refresh() {
    return store.counts().then(function (counts) {
      fill("waiting", counts[0]);
      fill("left", counts[1]);
      part("send").disabled = !counts[0];
      part("begin").disabled = !counts[1];
      part("done-with").hidden = counts[0] > 0 && !isOver;
      return counts;
    });
  }

  function post(address, body) {
    return fetch(address, {
      method: "POST", credentials: "omit", headers: { "Content-Type": "application/json" },
      body: JSON.stringify(body)
    }).then(
      function (response) {
        return response.json().then(function (answer) {
          var problem = new Error(answer.detail || answer.title);
          if (response.ok) return answer;
          problem.isOver = response.status === 410;
          throw problem;
        });
      },
      function () { throw new Error(page.dataset.noNetwork); }
    );
  }

  /* A scanned code stands behind the #, which no server sees; it does not stay in the address either. */
  function takeCode() {
    if (location.hash.length < 2) return;
    part("code").value = location.hash.slice(1);
    history.replaceState(null, "", location.pathname + location.search);
  }

  /* A second tap while the first is under way does nothing: one answer would be kept twice. */
  function once(act) {
    var busy = false;
    function done() { busy = false; }
    return function (event) {
      event.preventDefault();
      if (busy) return;
      busy = true;
      Promise.resolve(act()).then(done, done);
    };
  }

  function prepare() {
    return post(page.dataset.prepare, { code: part("code").value }).then(function (facts) {
      var tickets = facts.tickets;
      delete facts.tickets;
      if (navigator.storage && navigator.storage.persist) navigator.storage.persist();
      return store.begin(facts, tickets).then(function () { open(facts); });
    }).catch(function (problem) { tell(problem.message); });
  }

  function open(facts) {
    visit = facts;
    fill("title", words(visit.title));
    fill("send_by", new Date(visit.send_by).toLocaleDateString(language, { dateStyle: "long", timeZone: "UTC" }));
    part("unit").textContent = "";
    visit.units.forEach(function (unit) { part("unit").add(new Option(words(unit.name), unit.kato)); });
    part("where").hidden = visit.units.length < 2;
    show("ready");
    return refresh();
  }

  function unit() {
    return visit.units.filter(function (one) { return one.kato === part("unit").value; })[0];
  }

  function begin() {
    fill("unit", words(unit().name));
    part("strata").hidden = !unit().asks_strata;
    part("answer").reset();
    part("questions").textContent = "";
    visit.criteria.criteria.forEach(function (criterion, number) {
      part("questions").appendChild(question(criterion, number + 1));
    });
    show("asking");
  }

  function question(criterion, number) {
    var made = document.importNode(part("question").content, true), set = made.firstElementChild;
    set.querySelector("legend").textContent = number + ". " + words(criterion.official);
    set.querySelector("p").textContent = words(criterion.question);
    POINTS.forEach(function (point) {
      set.querySelector("div").appendChild(choice(criterion.code, point, point, words(visit.criteria.scale[point])));
    });
    var apart = choice(criterion.code, "-", "", words(visit.criteria.hard_to_say));
    apart.firstElementChild.className += " apart";
    set.appendChild(apart);
    return made;
  }

  function choice(code, value, point, text) {
    var made = document.importNode(part("choice").content, true), input = made.querySelector("input");
    input.name = code;
    input.value = value;
    made.querySelector("b").textContent = point;
    made.querySelector("span").appendChild(document.createTextNode(text));
    if (!point) made.querySelector("b").remove();
    return made;
  }

  /* The answer in the one form of surveys/answers.py: the same keys, in the same order. */
  function answered() {
    var ratings = visit.criteria.criteria.map(function (criterion) {
      var chosen = part("answer").querySelector("input[name='" + criterion.code + "']:checked");
      return chosen ? chosen.value : "";
    });
    if (!ratings.some(Boolean)) return null;
    var asks = unit().asks_strata;
    return JSON.stringify({
      band: asks && part("band").value || null, mode: visit.mode, origin: "tablet",
      ratings: ratings.map(function (one) { return one || "-"; }).join(""), sex: asks && part("sex").value || null
    });
  }

  /* Padded as core/urn/sealing.py does, so that all answers have one length, and sealed for libsodium. */
  function seal(text) {
    var bytes = new TextEncoder().encode(text), padded = new Uint8Array(SIZE);
    padded[0] = bytes.length >> 8;
    padded[1] = bytes.length & 255;
    padded.set(bytes, 2);
    var key = Uint8Array.from(atob(visit.key), function (one) { return one.charCodeAt(0); });
    return btoa(String.fromCharCode.apply(null, window.sealedBox.seal(padded, key)));
  }

  function keep() {
    var answer = answered();
    if (answer === null) return tell(page.dataset.nothingChosen);
    return store.keep(unit().kato, seal(answer)).then(function (given) {
      receipt = given;
      isOver = false;
      part("answer").reset();
      part("questions").textContent = "";
      show("thanks");
    }).catch(function (problem) {
      tell(problem.message === "no tickets" ? page.dataset.noTickets : page.dataset.noRoom);
    });
  }

  /* One refused answer holds up no other: the first reason is told when all have been tried. */
  function send() {
    var refused = [], said = "";
    // Whoever reads this may press again, or have a connection again: neither may be too early.
    function done() {
      sending = false;
      part("state").textContent = said;
    }
    if (sending || !visit) return Promise.resolve();
    sending = true;
    isOver = false;
    return store.waiting().then(function next(answers) {
      if (!answers.length) return;
      var some = answers.slice(0, AT_ONCE);
      return post(page.dataset.answers, { visit: visit.visit, answers: some }).then(function (answer) {
        refused = refused.concat(answer.refused);
        return store.forget(answer.taken).then(refresh).then(function () { return next(answers.slice(AT_ONCE)); });
      });
    }).then(function () {
      isOver = refused.length > 0;
      said = isOver ? refused[0][1] : page.dataset.sent;
    }, function (problem) {
      isOver = problem.isOver === true;
      said = problem.message;
    }).then(refresh).then(done, done);
  }

  /* What waits goes too, but only after the server has said that it takes it no more, of each answer. */
  function forget() {
    return store.counts().then(function (counts) {
      if (!confirm(counts[0] ? page.dataset.lost : page.dataset.sure)) return;
      return store.end(isOver).then(function () {
        visit = null;
        isOver = false;
        part("state").textContent = "";
        show("start");
      });
    });
  }

  if (!window.indexedDB || !window.sealedBox || !window.fetch || !("content" in part("question"))) return;
  if (navigator.serviceWorker) navigator.serviceWorker.register(page.dataset.worker);
  part("prepare").addEventListener("submit", once(prepare));
  part("answer").addEventListener("submit", once(keep));
  part("begin").addEventListener("click", begin);
  part("leave").addEventListener("click", rest);
  part("next").addEventListener("click", rest);
  part("send").addEventListener("click", send);
  part("forget").addEventListener("click", once(forget));
  part("show").addEventListener("click", function () {
    part("receipt").querySelector("strong").textContent = receipt;
    part("receipt").hidden = false;
  });
  ["pointerdown", "keydown", "input"].forEach(function (name) { document.addEventListener(name, watch); });
  window.addEventListener("online", send);
  window.addEventListener("hashchange", takeCode);
  takeCode();
  store.visit().then(function (facts) { return facts ? open(facts) : show("start"); });
})();
