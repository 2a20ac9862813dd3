// The smallest client: start a report, ask until it is made, download it. No package.
const url = process.env.SLUICE_URL;
const headers = { Authorization: `Bearer ${process.env.SLUICE_API_KEY}`, 'Content-Type': 'application/json' };

const started = await fetch(`${url}/generate-report`, { method: 'POST', headers, body: '{"format":"md"}' });
if (started.status !== 202) throw new Error(await started.text());
const location = new URL(started.headers.get('Location'), url);

for (;;) {
  const answer = await fetch(location, { headers });
  const { status, error, downloadUrl } = await answer.json();
  if (answer.status === 202) {
    await new Promise((resolve) => setTimeout(resolve, Number(answer.headers.get('Retry-After')) * 1_000));
  } else if (status === 'success') {
    // A large result is a redirect to a signed link, which fetch follows.
    console.log(await (await fetch(new URL(downloadUrl, url), { headers })).text());
    break;
  } else throw new Error(error);
}
