/**
 * Reads server-sent events as they come.
 * EventSource would not do: it can't post, and hides why a connection was refused.
 * @param {Response} response
 * @param {() => void} [heard]  called whenever something comes, be it an event or a piece of one
 * @returns {AsyncGenerator<{event: string, data: any}>}
 */
export async function* eventsOf(response, heard = () => { }) {
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = '';
  let event = 'message';
  let data = [];
  try {
    while (true) {
      const { done, value } = await reader.read();
      if (done) {
        return;
      }

      heard();
      const lines = (rest + value).split(/\r?\n/);
      rest = lines.pop();
      for (const line of lines) {
        if (line === '') {
          if (data.length > 0) {
            yield { event, data: JSON.parse(data.join('\n')) };
          }

          event = 'message';
          data = [];
        } else if (line.startsWith('event:')) {
          event = line.slice(6).trim();
        } else if (line.startsWith('data:')) {
          data.push(line.slice(5).replace(/^ /, ''));
        }
      }
    }
  } finally {
    reader.cancel().catch(() => { });
  }
}
