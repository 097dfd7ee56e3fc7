// The control side of the sandbox, `/_sandbox/…`: JSON in, JSON out.

export class Refused extends Error {
  constructor(status, message) {
    super(message);
    this.status = status;
  }
}

async function ask(method, path, body) {
  const options = { method };
  if (body !== undefined) {
    options.body = JSON.stringify(body);
    options.headers = { "Content-Type": "application/json" };
  }
  let answer;
  try {
    answer = await fetch(`/_sandbox${path}`, options);
  } catch {
    throw new Refused(0, "");
  }
  let value = {};
  try {
    value = await answer.json();
  } catch {
    if (answer.ok) throw new Refused(answer.status, "");
  }
  if (!answer.ok) throw new Refused(answer.status, value.error || `HTTP ${answer.status}`);
  return value;
}

export const get = (path) => ask("GET", path);
export const post = (path, body = {}) => ask("POST", path, body);
export const remove = (path) => ask("DELETE", path);

// The value at `path`, or `otherwise` where this sandbox does not have it.
export async function getOr(path, otherwise) {
  try {
    return await get(path);
  } catch (fault) {
    if (fault instanceof Refused && fault.status !== 0) return otherwise;
    throw fault;
  }
}
