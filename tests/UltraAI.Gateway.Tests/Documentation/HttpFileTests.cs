using System.Text;
using Xunit;

namespace UltraAI.Gateway.Tests.Documentation;

/// <summary>UltraAI.Gateway.http: a request for every route, each answered by the demo.</summary>
[Collection(nameof(DemoFixture))]
public sealed class HttpFileTests(DemoFixture demo)
{
    public static TheoryData<string> Requests => new(Blocks().Select(block => block[0]));

    [Theory]
    [MemberData(nameof(Requests))]
    public async Task Request_IsAnsweredByTheDemo(string title)
    {
        var lines = Blocks().Single(block => block[0] == title);
        var end = Array.IndexOf(lines, "", 1);
        var head = lines[1..(end < 0 ? lines.Length : end)];
        var body = end < 0 ? "" : string.Join('\n', lines[(end + 1)..]).Trim();

        var first = head[0].Split(' ');
        using var request = new HttpRequestMessage(new HttpMethod(first[0]), first[1].Replace("{{gateway}}", demo.Address, StringComparison.Ordinal));
        if (body.Length > 0)
        {
            request.Content = new StringContent(body, Encoding.UTF8, "application/json");
        }

        foreach (var field in head[1..].Select(line => line.Split(": ", 2)).Where(field => field[0] != "Content-Type"))
        {
            request.Headers.Add(field[0], field[1].Replace("{{key}}", demo.Key, StringComparison.Ordinal).Replace("{{token}}", demo.AdminToken, StringComparison.Ordinal));
        }

        using var response = await demo.Client.SendAsync(request);

        Assert.True(response.IsSuccessStatusCode, $"{title}: {response}");
        Assert.NotEqual("", await response.Content.ReadAsStringAsync());
    }

    [Fact]
    public void Routes_HaveARequestEach()
    {
        var requests = Blocks().Select(block => block[1]).ToArray();
        var routes = Document.Readme.Rows("The path of a request")
            .SelectMany(row => row[0].Split(", "))
            .Where(route => route.StartsWith("`/", StringComparison.Ordinal))
            .Select(route => route.Trim('`').Replace("**", "", StringComparison.Ordinal))
            .Where(route => !route.Contains("NAME", StringComparison.Ordinal));

        Assert.All(routes, route => Assert.Contains(requests, request => request.Contains("{{gateway}}" + route, StringComparison.Ordinal)));
    }

    // Each as its lines: the title first.
    private static IEnumerable<string[]> Blocks() => File.ReadAllText(Repository.Path("UltraAI.Gateway.http"))
        .Split("\n### ")[1..]
        .Select(block => block.TrimEnd().Split('\n'));
}
