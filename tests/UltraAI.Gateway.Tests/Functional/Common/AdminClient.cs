using System.Text.Json;
using Xunit;

namespace UltraAI.Gateway.Tests.Functional.Common;

/// <summary>Calls the admin API with the admin token, and keeps every answer.</summary>
internal sealed class AdminClient(GatewayEnvironment gateway)
{
    public const string Token = $"Authorization: Bearer {GatewayEnvironment.AdminToken}";

    public List<RawResponse> Answers { get; } = [];

    public Task<RawResponse> GetAsync(string target) => SendAsync("GET", target);

    public Task<RawResponse> PostAsync(string target, string body, params string[] fields) => SendAsync("POST", target, body, ["Content-Type: application/json", .. fields]);

    public Task<RawResponse> PatchAsync(string target, string body, params string[] fields) => SendAsync("PATCH", target, body, ["Content-Type: application/merge-patch+json", .. fields]);

    public Task<RawResponse> DeleteAsync(string target, params string[] fields) => SendAsync("DELETE", target, null, fields);

    public async Task<RawResponse> SendAsync(string method, string target, string? body = null, params string[] fields)
    {
        var answer = await gateway.SendAsync(Request.Send(method, target, [Token, .. fields], body));
        Answers.Add(answer);
        Assert.Equal("no-store", answer["Cache-Control"]);
        return answer;
    }

    /// <summary>Makes a key.</summary>
    /// <returns>Its secret.</returns>
    public async Task<string> CreateAsync(string body)
    {
        var answer = await PostAsync("/admin/keys", body);
        Assert.True(answer.Status == 201, answer.Everything);
        return answer.Json().GetProperty("key").GetString()!;
    }

    /// <summary>One raw request to a provider with a key.</summary>
    public static Task<RawResponse> UseAsync(GatewayEnvironment gateway, string key, string target = "/openai/v1/models") =>
        gateway.SendAsync(Request.Send("GET", target, [$"Authorization: Bearer {key}"]));

    /// <summary>Fails unless the answer is a problem with these faults, as "PLACE" each.</summary>
    public static void AssertProblem(RawResponse answer, int status, params string[] places)
    {
        Assert.True(answer.Status == status, $"Expected {status}, got:\n{answer.Everything}");
        Assert.Equal("application/problem+json", answer["Content-Type"]);
        var problem = answer.Json();
        Assert.Equal(status, problem.GetProperty("status").GetInt32());
        Assert.NotEqual("", problem.GetProperty("title").GetString());
        Assert.NotEqual("", problem.GetProperty("detail").GetString());
        var found = problem.TryGetProperty("errors", out var errors)
            ? errors.EnumerateArray().Select(error => error.TryGetProperty("pointer", out var pointer) ? pointer.GetString()! : error.GetProperty("parameter").GetString()!)
            : [];
        Assert.Equal(places.Order(StringComparer.Ordinal), found);
    }

    /// <summary>The names of an object's properties.</summary>
    public static IEnumerable<string> NamesOf(JsonElement json) => json.EnumerateObject().Select(property => property.Name);
}
