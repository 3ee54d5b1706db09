// Sends what is typed, shows what comes back. The token stays in this page.
const at = (id) => document.getElementById(id);

async function run() {
  const headers = { "content-type": "application/json", accept: "application/graphql-response+json" };
  const token = at("token").value.trim();
  if (token) headers.authorization = `Bearer ${token}`;
  try {
    const variables = JSON.parse(at("variables").value || "{}");
    const body = JSON.stringify({ query: at("query").value, variables });
    const answer = await fetch("/graphql", { method: "POST", headers, body });
    at("answer").textContent = JSON.stringify(await answer.json(), null, 2);
  } catch (error) {
    at("answer").textContent = String(error);
  }
}

at("run").addEventListener("click", run);
document.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) run();
});
