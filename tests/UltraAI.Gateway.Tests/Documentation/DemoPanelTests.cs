using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Xunit;

namespace UltraAI.Gateway.Tests.Documentation;

/// <summary>The demo's panel: a run of it shows everything that a run can show.</summary>
[Collection(nameof(DemoFixture))]
public sealed class DemoPanelTests(DemoFixture demo)
{
    [Fact]
    public async Task Run_HasDisagreementReviewsARevisionAndASynthesis()
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, demo.Address + "/ultra")
        {
            Content = new StringContent("""{"messages":[{"role":"user","content":"Why do teams put a gateway in front of models?"}]}""", Encoding.UTF8, "application/json"),
        };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", demo.Key);

        using var response = await demo.Client.SendAsync(request, TestContext.Current.CancellationToken);
        var run = JsonNode.Parse(await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken))!;

        Assert.Equal(("complete", true), ((string?)run["status"], (bool)run["synthesized"]!));
        Assert.Equal("m2", (string?)run["ranking"]!["order"]![0]);
        Assert.Equal(["accepted", "none", "none"], run["members"]!.AsArray().Select(member => (string?)member!["revision"]));
        Assert.Contains("a few milliseconds", (string?)run["message"]!["content"], StringComparison.Ordinal);
    }
}
