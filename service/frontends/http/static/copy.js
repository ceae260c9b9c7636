// Adds a copy button to every listing; without JavaScript the text is selected by hand.
for (const figure of document.querySelectorAll("figure.code")) {
  const caption = figure.querySelector("figcaption");
  const button = document.createElement("button");
  button.type = "button";
  button.className = "copy";
  button.textContent = "Copy";
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(figure.querySelector("code").textContent);
    button.textContent = "Copied";
    setTimeout(() => { button.textContent = "Copy"; }, 1500);
  });
  if (caption && navigator.clipboard) caption.append(button);
}
