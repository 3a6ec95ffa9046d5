// A button beside each block of code that copies it; without scripts it can be selected.

for (const block of document.querySelectorAll("pre[data-copy]")) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "quiet copy";
  button.textContent = block.dataset.copy;
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(block.textContent.trim());
      button.textContent = block.dataset.copied;
    } catch {
      // Only pages that came safely may write there: mark the text to be copied by hand.
      getSelection().selectAllChildren(block);
    }
  });
  block.before(button);
}
