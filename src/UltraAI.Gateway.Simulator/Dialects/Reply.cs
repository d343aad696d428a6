using UltraAI.Gateway.Simulator.Content;
using UltraAI.Gateway.Simulator.Hosting;

namespace UltraAI.Gateway.Simulator.Dialects;

/// <summary>What a model says: scripted, structured, or generated from the prompt; cut to the most tokens that were asked for.</summary>
internal sealed class Reply
{
    private const int MostRepeatedChunks = 100_000;

    private readonly SimulatedBehaviour _behaviour;
    private readonly string _text;

    private Reply(SimulatedBehaviour behaviour, string text, bool isTruncated)
    {
        _behaviour = behaviour;
        _text = text;
        IsTruncated = isTruncated;
    }

    public bool IsTruncated { get; }

    public string Text => _text;

    /// <summary>Gets the text piece by piece.</summary>
    public IEnumerable<string> Pieces => TextPieces.Cut(_text, _behaviour.Chunks);

    /// <summary>Gets the text that the pieces make together.</summary>
    public string StreamedText => _behaviour.Chunks is null or <= MostRepeatedChunks ? TextPieces.Whole(_text, _behaviour.Chunks) : _text;

    public int OutputTokens => _behaviour.OutputTokens ?? Tokens.Count(_text);

    public int StreamedTokens => _behaviour.OutputTokens ?? Tokens.Count(StreamedText);

    /// <param name="call">The call.</param>
    /// <param name="prompt">What was asked.</param>
    /// <param name="structured">The only thing the model may say, such as JSON of a schema.</param>
    /// <param name="maxTokens">The most tokens to say.</param>
    /// <param name="index">Which of several answers to the same prompt.</param>
    public static Reply Create(SimulatedCall call, Prompt prompt, string? structured, int? maxTokens, int index = 0)
    {
        var text = (call.Behaviour.Refusal is null ? call.Behaviour.Text : "") ?? structured ?? TextGenerator.Write(prompt.Seed + (ulong)index, prompt.Question);
        text += call.Behaviour.HasDecoys && structured is null ? Decoys.Text : "";
        var kept = maxTokens is { } most ? Tokens.Trim(text, most) : text;
        return new Reply(call.Behaviour, kept, kept.Length < text.Length);
    }
}
