using System.Globalization;
using System.Text;
using System.Text.Json;
using Xunit;

namespace UltraAI.Gateway.Tests.Functional.Common;

/// <summary>A response as the client saw it.</summary>
internal sealed class RawResponse : MessageHead
{
    public RawResponse(byte[] bytes)
        : base(bytes)
    {
        var parts = StartLine.Split(' ', 3);
        Status = int.Parse(parts[1], CultureInfo.InvariantCulture);
        Reason = parts.Length > 2 ? parts[2] : "";
    }

    public int Status { get; }

    public string Reason { get; }

    /// <summary>The body without its framing, as far as it has been read.</summary>
    public byte[] Body { get; set; } = [];

    public string BodyText => Encoding.UTF8.GetString(Body);

    /// <summary>The whole message as one string, to search it for what must not be there.</summary>
    public string Everything => Text + Encoding.Latin1.GetString(Body);

    /// <summary>The gateway's own code when the gateway made this response.</summary>
    public string? ErrorCode => this["x-ultraai-error"];

    public JsonElement Json()
    {
        using var document = JsonDocument.Parse(Body);
        return document.RootElement.Clone();
    }

    /// <summary>Fails, with the whole message, unless status and the gateway's error code are as given.</summary>
    public void AssertError(int status, string code) =>
        Assert.True(Status == status && ErrorCode == code, $"Expected {status} {code}, got:\n{Everything}");

    /// <summary>Fails, with the whole message, unless this is the provider's own response.</summary>
    public void AssertPassed(int status = 200) =>
        Assert.True(Status == status && ErrorCode is null, $"Expected the provider's {status}, got:\n{Everything}");
}
