// Takes the short-lived address of a scanned slip out of the address bar: the entry becomes that of the page where a
// code is typed. The form of this page holds the code and still sends it.
(function () {
  "use strict";
  var address = document.currentScript.getAttribute("data-address");
  if (window.history && history.replaceState) history.replaceState(null, "", address);
})();
