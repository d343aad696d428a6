using System.Text.Json;

namespace UltraAI.Gateway.Tests.Functional.Common;

/// <summary>The JSON that each provider's SDK turns into its typed exceptions.</summary>
internal static class ErrorShape
{
    /// <summary>Fails unless the body is an error in this provider's own shape.</summary>
    public static void Assert(string provider, RawResponse response)
    {
        Xunit.Assert.StartsWith("application/json", response["Content-Type"], StringComparison.Ordinal);
        var json = response.Json();
        switch (provider)
        {
            case "openai":
                var error = json.GetProperty("error");
                Xunit.Assert.Equal(["code", "message", "param", "type"], error.EnumerateObject().Select(p => p.Name).Order());
                AssertText(error.GetProperty("message"));
                AssertText(error.GetProperty("type"));
                Xunit.Assert.Equal(response.ErrorCode, error.GetProperty("code").GetString());
                break;
            case "anthropic":
                Xunit.Assert.Equal("error", json.GetProperty("type").GetString());
                AssertText(json.GetProperty("error").GetProperty("type"));
                AssertText(json.GetProperty("error").GetProperty("message"));
                break;
            case "google":
                Xunit.Assert.Equal(response.Status, json.GetProperty("error").GetProperty("code").GetInt32());
                AssertText(json.GetProperty("error").GetProperty("message"));
                Xunit.Assert.Matches("^[A-Z_]+$", json.GetProperty("error").GetProperty("status").GetString());
                break;
            case "huggingface":
                AssertText(json.GetProperty("error"));
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(provider), provider, null);
        }
    }

    private static void AssertText(JsonElement value) => Xunit.Assert.False(string.IsNullOrWhiteSpace(value.GetString()));
}
