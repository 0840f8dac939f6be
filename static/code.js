// Puts the code of a letter's QR address (#c=CODE) into the form, and takes it out of the address bar. The links
// to the other languages take it along, so that nobody has to type it after choosing one.
(function () {
  "use strict";
  var field = document.getElementById("code");
  var links = document.querySelectorAll(".languages a");

  function take() {
    var found = /^#c=([0-9A-Za-z]{16})$/.exec(window.location.hash);
    if (!found || !field) return;
    if (!field.value) field.value = found[1].replace(/(.{4})(?=.)/g, "$1 ");
    for (var number = 0; number < links.length; number += 1) links[number].hash = found[0];
    if (window.history && history.replaceState) {
      history.replaceState(null, "", window.location.pathname + window.location.search);
    }
  }

  take();
  window.addEventListener("hashchange", take);
})();
