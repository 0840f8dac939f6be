/* A button that copies the text of another element; without script one selects it by hand. */
(function () {
  "use strict";
  function select(element) {
    var range = document.createRange(), selection = window.getSelection();
    range.selectNodeContents(element);
    selection.removeAllRanges();
    selection.addRange(range);
    document.execCommand("copy");
  }
  Array.prototype.forEach.call(document.querySelectorAll("[data-copies]"), function (button) {
    var source = document.getElementById(button.getAttribute("data-copies")), words = button.textContent;
    button.hidden = false;
    button.addEventListener("click", function () {
      if (navigator.clipboard) navigator.clipboard.writeText(source.textContent);
      else select(source);
      button.textContent = button.getAttribute("data-done");
      setTimeout(function () { button.textContent = words; }, 2000);
    });
  });
})();
