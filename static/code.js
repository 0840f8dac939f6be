// Puts the code of a letter's QR address (#c=CODE) into the form, and takes it out of the address bar.
(function () {
  "use strict";
  var found = /^#c=([0-9A-Za-z]{16})$/.exec(window.location.hash);
  var field = document.getElementById("code");
  if (!found || !field) return;
  if (!field.value) field.value = found[1].replace(/(.{4})(?=.)/g, "$1 ");
  if (window.history && history.replaceState) {
    history.replaceState(null, "", window.location.pathname + window.location.search);
  }
})();
