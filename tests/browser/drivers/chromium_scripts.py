"""What Chromium's pages are given before their own scripts, where real life is out of reach."""

import json

# Chromium builds its endpoint from a Google address that is compiled in; only the token is ours.
_ENDPOINT = """(origin) => {
  if (!self.PushSubscription) return;
  const prototype = PushSubscription.prototype;
  const {get} = Object.getOwnPropertyDescriptor(prototype, 'endpoint');
  const {toJSON} = prototype;
  const local = (endpoint) => origin + '/push/' + endpoint.split('/').pop();
  Object.defineProperty(prototype, 'endpoint', {
    configurable: true, enumerable: true, get() { return local(get.call(this)); }});
  prototype.toJSON = function () {
    return {...toJSON.call(this), endpoint: this.endpoint};
  };
}"""

# Headless Chromium blocks every prompt at once; here the question waits for the test's answer.
_PROMPT = """() => {
  if (!self.Notification) return;
  const waiting = [];
  Object.defineProperty(self, Symbol.for('test.prompts'), {value: waiting});
  Notification.requestPermission = function requestPermission(callback) {
    const answer = Notification.permission === 'default'
      ? new Promise((resolve) => { waiting.push(resolve); })
      : Promise.resolve(Notification.permission);
    if (callback) answer.then(callback);
    return answer;
  };
}"""

PROMPT_IS_OPEN = "() => self[Symbol.for('test.prompts')]?.length > 0"
ANSWER = """(answer) => {
  for (const resolve of self[Symbol.for('test.prompts')].splice(0)) resolve(answer);
}"""


def before_pages(push_origin: str | None) -> str:
    """The script to run in every page; `push_origin` is where endpoints really are."""
    parts = [f"({_PROMPT})();"]
    if push_origin is not None:
        parts.append(f"({_ENDPOINT})({json.dumps(push_origin)});")
    return "\n".join(parts)
