// Sorting of the table of prospect areas; the heading says which way it runs.

const table = document.getElementById("prospects");

function sortBy(heading, button) {
  const column = [...heading.parentElement.children].indexOf(heading);
  const now = heading.getAttribute("aria-sort");
  const first = button.dataset.first ?? "ascending";
  const other = first === "ascending" ? "descending" : "ascending";
  const direction = now === first ? other : first;
  for (const cell of heading.parentElement.children) cell.removeAttribute("aria-sort");
  heading.setAttribute("aria-sort", direction);
  const sign = direction === "ascending" ? 1 : -1;
  const numeric = button.dataset.sort === "number";
  const key = (row) => {
    const cell = row.children[column];
    if (!numeric) return cell.textContent.trim();
    const value = Number.parseFloat(cell.dataset.value);
    return Number.isNaN(value) ? null : value;
  };
  const compare = (a, b) => {
    const [x, y] = [key(a), key(b)];
    if (x === null || y === null) return (x === null) - (y === null); // unknown last
    return sign * (numeric ? x - y : x.localeCompare(y, "en"));
  };
  const body = table.tBodies[0];
  body.append(...[...body.rows].sort(compare));
}

for (const button of table?.querySelectorAll("th button") ?? []) {
  button.addEventListener("click", () => sortBy(button.closest("th"), button));
}
