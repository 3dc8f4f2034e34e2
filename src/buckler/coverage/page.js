(function () {
  var rows = JSON.parse(document.getElementById("data").textContent), slider = document.getElementById("height"),
      cover = document.getElementById("cover"), kind = "pd", bars = document.querySelectorAll(".bar");
  function show() {
    var row = rows[+slider.value];
    cover.setAttribute("href", row.images[kind]);
    document.getElementById("name").textContent = row.name;
    document.getElementById("area").textContent = row.area;
    document.getElementById("spread").textContent = row.spread;
    slider.setAttribute("aria-valuetext", row.name);
    bars.forEach(function (bar, n) { bar.classList.toggle("here", n === +slider.value); });
    document.querySelectorAll(".legend").forEach(function (part) { part.hidden = part.dataset.kind !== kind; });
  }
  slider.addEventListener("input", show);
  bars.forEach(function (bar) { bar.addEventListener("click", function () { slider.value = bar.dataset.n; show(); }); });
  document.querySelectorAll("input[name=kind]").forEach(function (pick) {
    pick.addEventListener("change", function () { kind = pick.value; show(); });
  });
  show();
})();
