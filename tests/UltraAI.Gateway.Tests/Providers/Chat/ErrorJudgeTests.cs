using System.Text;
using UltraAI.Gateway.Providers.Chat;
using Xunit;

namespace UltraAI.Gateway.Tests.Providers.Chat;

public sealed class ErrorJudgeTests
{
    [Theory]
    [InlineData(401, """{"error":{"message":"Incorrect API key provided: sk-…","type":"invalid_request_error","code":"invalid_api_key"}}""", "auth", null)]
    [InlineData(400, """{"error":{"code":400,"message":"API key not valid.","status":"INVALID_ARGUMENT","details":[{"@type":"type.googleapis.com/google.rpc.ErrorInfo","reason":"API_KEY_INVALID","domain":"googleapis.com"}]}}""", "auth", null)]
    [InlineData(403, """{"type":"error","error":{"type":"permission_error","message":"x"}}""", "http_error", "permission_error")]
    [InlineData(403, """{"error":{"message":"x","type":"invalid_request_error","code":"model_not_found"}}""", "http_error", "model_not_found")]
    [InlineData(404, """{"error":{"message":"The model does not exist","type":"invalid_request_error","code":"model_not_found"}}""", "not_found", "model_not_found")]
    [InlineData(404, """{"type":"error","error":{"type":"not_found_error","message":"model: claude-x"}}""", "not_found", "not_found_error")]
    [InlineData(400, """{"error":{"message":"The requested model 'x' is not supported","type":"invalid_request_error","code":"model_not_supported"}}""", "not_found", "model_not_supported")]
    [InlineData(400, """{"error":{"message":"This model's maximum context length is 128000 tokens.","type":"invalid_request_error","code":"context_length_exceeded"}}""", "context_length", "context_length_exceeded")]
    [InlineData(400, """{"object":"error","message":"This model's maximum context length is 8192 tokens. However, you requested 8204 tokens.","type":"BadRequestError","code":400}""", "context_length", "BadRequestError")]
    [InlineData(400, """{"type":"error","error":{"type":"invalid_request_error","message":"prompt is too long: 207791 tokens > 200000 maximum"}}""", "context_length", "invalid_request_error")]
    [InlineData(400, """{"type":"error","error":{"type":"invalid_request_error","message":"input length and `max_tokens` exceed context limit: 178959 + 64000 > 200000"}}""", "context_length", "invalid_request_error")]
    [InlineData(400, """[{"error":{"code":400,"message":"The input token count (1054016) exceeds the maximum number of tokens allowed (1048576).","status":"INVALID_ARGUMENT"}}]""", "context_length", "INVALID_ARGUMENT")]
    [InlineData(422, """{"error":"Input validation error: `inputs` tokens + `max_new_tokens` must be <= 4096","error_type":"validation"}""", "context_length", null)]
    [InlineData(400, """{"error":{"code":"content_filter","message":"The response was filtered","status":400}}""", "refused", "content_filter")]
    [InlineData(429, """{"error":{"message":"You exceeded your current quota","type":"insufficient_quota","code":"insufficient_quota"}}""", "rate_limited", "insufficient_quota")]
    [InlineData(400, """{"error":{"message":"Unsupported value","type":"invalid_request_error","code":"unsupported_value"}}""", "http_error", "unsupported_value")]
    [InlineData(413, """{"type":"error","error":{"type":"request_too_large","message":"x"}}""", "http_error", "request_too_large")]
    [InlineData(500, """{"error":{"message":"maximum context length"}}""", "http_error", null)]
    [InlineData(529, """{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}""", "http_error", "overloaded_error")]
    [InlineData(502, "<html>", "http_error", null)]
    [InlineData(302, "", "http_error", null)]
    [InlineData(400, """{"error":{"message":"\ud800"}}""", "http_error", null)]
    public void Answer_HasOneOutcome(int status, string body, string outcome, string? code)
    {
        var failure = ErrorJudge.Judge(status, null, Encoding.UTF8.GetBytes(body));

        Assert.Equal((outcome, status, code), (failure.Outcome.Name(), failure.Status, failure.Code));
        Assert.False(failure.Outcome == ChatOutcome.Auth && failure.Message is not null, "Nothing is told of a credential.");
    }

    [Fact]
    public void RetryAfter_OfTheFieldComesFirst_ThenGooglesRetryInfo()
    {
        var body = """{"error":{"code":429,"message":"x","status":"RESOURCE_EXHAUSTED","details":[{"@type":"type.googleapis.com/google.rpc.QuotaFailure"},{"@type":"type.googleapis.com/google.rpc.RetryInfo","retryDelay":"34.07s"}]}}"""u8.ToArray();

        Assert.Equal(TimeSpan.FromSeconds(34.07), ErrorJudge.Judge(429, null, body).RetryAfter);
        Assert.Equal(TimeSpan.FromSeconds(2), ErrorJudge.Judge(429, TimeSpan.FromSeconds(2), body).RetryAfter);
    }

    [Theory]
    [InlineData("2", 2.0)]
    [InlineData(" 2 ", 2.0)]
    [InlineData("0", 0.0)]
    [InlineData("0.5", 0.5)]
    [InlineData("Tue, 24 Nov 2026 12:00:30 GMT", 30.0)]
    [InlineData("Tue, 24 Nov 2026 11:00:00 GMT", 0.0)]
    [InlineData("-1", null)]
    [InlineData("1e9", null)]
    [InlineData("99999999999999", null)]
    [InlineData("soon", null)]
    [InlineData("", null)]
    [InlineData(null, null)]
    public void RetryAfter_IsSecondsOrADate(string? value, double? seconds) =>
        Assert.Equal(seconds, RetryAfterField.Read(value, new DateTimeOffset(2026, 11, 24, 12, 0, 0, TimeSpan.Zero))?.TotalSeconds);

    [Fact]
    public void ShownMessage_IsMaskedBeforeItIsCut()
    {
        var message = new string('x', 297) + "sk-secret-key";
        var failure = ErrorJudge.Judge(400, null, Encoding.UTF8.GetBytes($$"""{"error":{"message":"{{message}}"} }"""));

        var shown = failure.ShownMessage(text => text.Replace("sk-secret-key", "[credential]", StringComparison.Ordinal));

        Assert.Equal(new string('x', 297) + "[cr", shown);
    }

    [Fact]
    public void Cut_NeverHalvesAPair() => Assert.Equal("ab", ChatFailure.Cut("ab🌊", 3));
}
