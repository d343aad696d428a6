using System.Text;

namespace UltraAI.Gateway.Tests.Functional.Common;

/// <summary>A request as a provider saw it.</summary>
internal sealed class RawRequest : MessageHead
{
    public RawRequest(byte[] bytes, int connection)
        : base(bytes)
    {
        var parts = StartLine.Split(' ');
        Method = parts[0];
        Target = parts[1];
        Connection = connection;
    }

    public string Method { get; }

    public string Target { get; }

    /// <summary>Which of the provider's connections it came on, counted from 1.</summary>
    public int Connection { get; }

    /// <summary>The body without its framing, as far as it has been read.</summary>
    public byte[] Body { get; set; } = [];

    public string BodyText => Encoding.UTF8.GetString(Body);
}
