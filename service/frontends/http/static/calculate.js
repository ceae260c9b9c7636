// Computes in place; without JavaScript the form is sent and the page comes back with the result.
const choice = document.querySelector("#formula");
if (choice) {
  choice.addEventListener("change", () => choice.form.requestSubmit());
}
const form = document.querySelector("form.calculate");
if (form) {
  const shown = form.querySelector("[role=status]");
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const { formula, ...inputs } = Object.fromEntries([...new FormData(form)].filter(([, text]) => text.trim()));
    try {
      const response = await fetch("/v1/calculate", {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify({ formula, inputs }),
      });
      const answer = await response.json();
      shown.className = response.ok ? "result" : "fault";
      shown.textContent = response.ok ? answer.result : answer.detail;
    } catch {
      form.submit();
    }
  });
}
