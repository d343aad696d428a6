using System.Globalization;

namespace UltraAI.Gateway.Providers.Chat;

/// <summary>Why a call has no answer.</summary>
/// <param name="Outcome">Any but <see cref="ChatOutcome.Ok"/>.</param>
/// <param name="Status">The provider's status code, or the one that an error within a stream stands for; null if there was no answer.</param>
internal sealed record ChatFailure(ChatOutcome Outcome, int? Status = null)
{
    /// <summary>The most characters of a provider's message that are shown to anyone.</summary>
    public const int ShownLength = 300;

    /// <summary>The most characters of a provider's message that are kept.</summary>
    public const int KeptLength = 4096;

    /// <summary>The provider's own code of the error, such as <c>overloaded_error</c>; null if it has none, and for <see cref="ChatOutcome.Auth"/>.</summary>
    public string? Code { get; init; }

    /// <summary>The provider's words, or ours; null for <see cref="ChatOutcome.Auth"/>. May quote a credential: show <see cref="ShownMessage"/>.</summary>
    public string? Message { get; init; }

    /// <summary>When the provider wants to be asked again.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>The message as a client may see it.</summary>
    /// <param name="mask">Replaces credentials. It runs before the cut, which could otherwise leave half of one.</param>
    public string? ShownMessage(Func<string, string> mask) => Message is null ? null : Cut(mask(Message), ShownLength);

    /// <summary>The first characters of a text, never half of a surrogate pair.</summary>
    public static string Cut(string text, int length)
    {
        if (text.Length <= length)
        {
            return text;
        }

        return text[..(char.IsHighSurrogate(text[length - 1]) ? length - 1 : length)];
    }

    public static ChatFailure Protocol(string message) => new(ChatOutcome.ProtocolError) { Message = message };

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Outcome.Name()} {Status} {Code}");
}
