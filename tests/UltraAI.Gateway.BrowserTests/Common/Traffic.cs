using System.Net.Http.Headers;
using System.Text;
using Microsoft.Playwright;
using UltraAI.Gateway.Simulator;

namespace UltraAI.Gateway.BrowserTests.Common;

/// <summary>Calls at a calm rate, so that live pages have something to draw.</summary>
internal sealed class Traffic : IAsyncDisposable
{
    private static readonly (string Path, string Model, int PerSecond)[] Calls =
    [
        ("/openai/v1/chat/completions", "gpt-4o", 6),
        ("/anthropic/v1/messages", "claude-sonnet-5", 4),
        ("/google/v1beta/models/gemini-2.5-pro:streamGenerateContent?alt=sse", "gemini-2.5-pro", 3),
        ("/huggingface/v1/chat/completions", "meta-llama/Llama-3.3-70B-Instruct", 2),
    ];

    private readonly HttpClient _client = new();
    private readonly CancellationTokenSource _end = new();
    private Task _work = Task.CompletedTask;
    private int _count;

    public static async Task<Traffic> StartAsync(DashboardEnvironment dashboard)
    {
        var traffic = new Traffic();
        await using (var page = await DashboardPage.OpenAsync(dashboard, ColorScheme.Light, 1280, 860, signedIn: true))
        {
            foreach (var key in new[]
            {
                """{"name":"team-search","providers":["openai","anthropic"],"models":["gpt-4o*","claude-*"],"limits":{"requests_per_minute":600,"tokens_per_minute":400000,"max_concurrent":20},"budget":{"usd":50,"period":"month"}}""",
                """{"name":"support-bot","providers":["anthropic"],"expires_at":"2027-06-30T00:00:00Z","budget":{"usd":20,"period":"day"}}""",
                """{"name":"batch-nightly","allowed_networks":["10.0.0.0/8"],"limits":{"requests_per_minute":60}}""",
                """{"name":"intern-2025","enabled":false}""",
            })
            {
                await page.SendAsync("POST", "/admin/keys", key);
            }
        }

        // Now and then a provider is not well.
        dashboard.Simulator.HuggingFace.Script(_ => Interlocked.Increment(ref traffic._count) % 23 == 0, SimulatedBehaviour.ServerError);
        traffic._work = Task.WhenAll(Calls.Select(call => traffic.RunAsync(dashboard.Address, call.Path, call.Model, call.PerSecond)));
        return traffic;
    }

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        await _work;
        _client.Dispose();
        _end.Dispose();
    }

    private async Task RunAsync(string address, string path, string model, int perSecond)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(1.0 / perSecond));
        var running = new List<Task>();
        try
        {
            while (await timer.WaitForNextTickAsync(_end.Token))
            {
                running.RemoveAll(task => task.IsCompleted);
                running.Add(SendAsync(address + path, model));
            }
        }
        catch (OperationCanceledException)
        {
            await Task.WhenAll(running);
        }
    }

    private async Task SendAsync(string target, string model)
    {
        var body = target.Contains("v1beta", StringComparison.Ordinal)
            ? """{"contents":[{"parts":[{"text":"Hello!"}]}]}"""
            : $$"""{"model":"{{model}}","max_tokens":200,"stream":true,"messages":[{"role":"user","content":"Hello!"}]}""";
        using var request = new HttpRequestMessage(HttpMethod.Post, target) { Content = new StringContent(body, Encoding.UTF8, "application/json") };
        request.Headers.Add("anthropic-version", "2023-06-01");
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", DashboardEnvironment.Key);
        using var response = await _client.SendAsync(request, CancellationToken.None);
        await response.Content.ReadAsByteArrayAsync(CancellationToken.None);
    }
}
