using System.Collections.Concurrent;
using Microsoft.Playwright;
using Xunit;

namespace UltraAI.Gateway.BrowserTests.Common;

/// <summary>A page of the dashboard, and what it wrote to the console and asked for.</summary>
public sealed class DashboardPage : IAsyncDisposable
{
    // The browser itself writes this when the page asks whether somebody is signed in, and nobody is.
    private const string NobodySignedIn = "401 (Unauthorized)";

    private readonly DashboardEnvironment _environment;
    private readonly IBrowserContext _context;
    private readonly ConcurrentQueue<string> _complaints = [];
    private readonly ConcurrentQueue<IRequest> _requests = [];
    private readonly List<string> _expected = [];

    private DashboardPage(DashboardEnvironment environment, IBrowserContext context, IPage page)
    {
        (_environment, _context, Page) = (environment, context, page);
        page.SetDefaultTimeout(15_000);
        page.Console += (_, message) =>
        {
            if (message.Type is "error" or "warning" && !message.Text.Contains(NobodySignedIn, StringComparison.Ordinal))
            {
                _complaints.Enqueue($"{message.Text} ({message.Location})");
            }
        };
        page.PageError += (_, error) => _complaints.Enqueue(error);
        page.Request += (_, request) => _requests.Enqueue(request);
    }

    public IPage Page { get; }

    public IBrowserContext Context => _context;

    public IEnumerable<IRequest> Requests => _requests;

    internal static async Task<DashboardPage> OpenAsync(DashboardEnvironment environment, ColorScheme colours, int width, int height, bool signedIn)
    {
        var context = await environment.Browser.NewContextAsync(new BrowserNewContextOptions
        {
            BaseURL = environment.Address,
            ViewportSize = new ViewportSize { Width = width, Height = height },
            ColorScheme = colours,
            ReducedMotion = ReducedMotion.Reduce,
            Locale = "en-GB",
            TimezoneId = "UTC",
            Permissions = ["clipboard-read", "clipboard-write"],
        });
        if (signedIn)
        {
            var answer = await context.APIRequest.PostAsync("/dashboard/session", new APIRequestContextOptions { DataObject = new { token = DashboardEnvironment.AdminToken } });
            Assert.True(answer.Ok, $"{answer.Status}: {await answer.TextAsync()}");
        }

        return new DashboardPage(environment, context, await context.NewPageAsync());
    }

    /// <summary>Goes to a page, and waits until it shows what it is for.</summary>
    /// <param name="name">Its path behind <c>#/</c>.</param>
    public async Task GoAsync(string name)
    {
        await Page.GotoAsync($"/dashboard/#/{name}");
        await ReadyAsync();
    }

    /// <summary>Waits until nothing is loading any more, and there is a heading.</summary>
    public async Task ReadyAsync()
    {
        await Page.Locator("h1").WaitForAsync();
        await Page.WaitForFunctionAsync("() => ![...document.querySelectorAll('[role=status][aria-label=Loading]')].some(e => e.checkVisibility())");
    }

    /// <summary>Fails when the page is wider than the window.</summary>
    public async Task AssertFitsAsync()
    {
        var over = await Page.EvaluateAsync<int>("() => document.documentElement.scrollWidth - innerWidth");
        Assert.True(over <= 0, $"{Page.Url} is {over} px wider than the window.");
    }

    /// <summary>A call of the same session, as from another tab.</summary>
    public async Task SendAsync(string method, string path, string json)
    {
        var session = await _context.APIRequest.GetAsync("/dashboard/session");
        var csrf = (await session.JsonAsync())!.Value.GetProperty("csrf").GetString()!;
        var answer = await _context.APIRequest.FetchAsync(path, new APIRequestContextOptions
        {
            Method = method,
            DataString = json,
            Headers = [new("content-type", "application/json"), new("x-ultraai-csrf", csrf)],
        });
        Assert.True(answer.Ok, $"{answer.Status}: {await answer.TextAsync()}");
    }

    /// <summary>The browser writes each answer that is an error to the console; this one the test has provoked.</summary>
    public void Expect(string answer) => _expected.Add(answer);

    /// <summary>Fails when anything was written to the console, or asked of another host.</summary>
    public void AssertQuiet()
    {
        Assert.DoesNotContain(_complaints, complaint => !_expected.Exists(answer => complaint.Contains(answer, StringComparison.Ordinal)));
        Assert.All(_requests, request => Assert.StartsWith($"{_environment.Address}/", request.Url.Replace("blob:", "", StringComparison.Ordinal), StringComparison.Ordinal));
    }

    public ValueTask DisposeAsync() => _context.DisposeAsync();
}
