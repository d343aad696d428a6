using System.Text;
using UltraAI.Gateway.Providers.Chat;
using UltraAI.Gateway.Synthesis.Events;

namespace UltraAI.Gateway.Synthesis.Runs;

/// <summary>Passes one lead's stream on as it comes. Its first content ends the time in which another lead could be tried.</summary>
/// <remarks>White space at the beginning is held back: an answer that is nothing else has not begun.</remarks>
internal sealed class LeadStream(RunEvents events, bool isPassedOn, Func<bool> contentBegins)
{
    private readonly StringBuilder _blank = new();

    /// <summary>Whether the client has been given something of it.</summary>
    public bool WasPassedOn { get; private set; }

    private bool HasContent { get; set; }

    /// <exception cref="OperationCanceledException">The content came too late.</exception>
    public async ValueTask OnEventAsync(ChatEvent item, CancellationToken cancellationToken)
    {
        if (item.Kind is not (ChatEventKind.Text or ChatEventKind.ToolCall))
        {
            return;
        }

        if (!HasContent)
        {
            if (item.Kind == ChatEventKind.Text && string.IsNullOrWhiteSpace(item.Text))
            {
                _blank.Append(item.Text);
                return;
            }

            HasContent = contentBegins() ? true : throw new OperationCanceledException("The stage's time is over.");
            if (_blank.Length > 0)
            {
                Pass(new ChatEvent(ChatEventKind.Text) { Text = _blank.ToString() });
            }
        }

        Pass(item);
        if (isPassedOn)
        {
            await events.RoomAsync(cancellationToken);
        }
    }

    private void Pass(ChatEvent item)
    {
        if (isPassedOn)
        {
            WasPassedOn = true;
            events.Post(new SynthesisDelta(item));
        }
    }
}
