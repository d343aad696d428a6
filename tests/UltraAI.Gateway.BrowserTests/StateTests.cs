using Microsoft.Playwright;
using UltraAI.Gateway.BrowserTests.Common;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace UltraAI.Gateway.BrowserTests;

/// <summary>What pages say when something is not well, and that they come back by themselves or by a click.</summary>
public sealed class StateTests(DashboardEnvironment dashboard) : DashboardTest(dashboard)
{
    [Fact]
    public async Task TooManyAttempts_SayWhenToTryAgain()
    {
        var page = await OpenAsync(signedIn: false);
        await page.Page.RouteAsync("**/dashboard/session", route => route.Request.Method == "POST"
            ? route.FulfillAsync(new() { Status = 429, Headers = [new("Retry-After", "37")], ContentType = "application/problem+json", Body = """{"status":429}""" })
            : route.ContinueAsync());
        await page.GoAsync("");
        await page.Page.GetByLabel("Admin token").FillAsync("whatever");
        await page.Page.Keyboard.PressAsync("Enter");

        await Expect(page.Page.GetByRole(AriaRole.Alert)).ToHaveTextAsync("Too many attempts. Try again in 37 seconds.");
        page.Expect("429");
    }

    [Fact]
    public async Task SessionThatHasEnded_LeadsToSignIn()
    {
        var page = await OpenAsync();
        await page.GoAsync("keys");
        await page.SendAsync("DELETE", "/dashboard/session", "{}");
        await page.Page.GetByRole(AriaRole.Navigation).GetByRole(AriaRole.Link, new() { Name = "Usage" }).ClickAsync();

        await Expect(page.Page.GetByRole(AriaRole.Heading, new() { Name = "Sign in" })).ToBeVisibleAsync();
        await Expect(page.Page.GetByLabel("Admin token")).ToBeFocusedAsync();
    }

    [Fact]
    public async Task FailedLoad_CanBeTriedAgain()
    {
        var page = await OpenAsync();
        await page.Page.RouteAsync("**/admin/usage?**", route => route.FulfillAsync(new() { Status = 503, ContentType = "application/problem+json", Body = """{"status":503,"detail":"The store does not answer."}""" }));
        await page.GoAsync("usage");
        await Expect(page.Page.GetByRole(AriaRole.Alert).First).ToContainTextAsync("The store does not answer.");
        await page.Page.UnrouteAsync("**/admin/usage?**");
        await page.Page.GetByRole(AriaRole.Button, new() { Name = "Try again" }).ClickAsync();

        await Expect(page.Page.GetByRole(AriaRole.Rowheader, new() { Name = "team-search" })).ToBeVisibleAsync();
        page.Expect("503");
    }

    [Fact]
    public async Task LostStream_ComesBackByItself()
    {
        var page = await OpenAsync();
        await page.Page.RouteAsync("**/admin/events", route => route.FulfillAsync(new() { Status = 503, Headers = [new("Retry-After", "1")], ContentType = "application/problem+json", Body = """{"status":503,"detail":"Too many listen."}""" }));
        await page.GoAsync("overview");
        await Expect(page.Page.Locator(".instance")).ToContainTextAsync("Not connected");
        await Expect(page.Page.GetByText("No live data")).ToBeVisibleAsync();
        await page.Page.UnrouteAsync("**/admin/events");

        await Expect(page.Page.Locator(".instance")).ToContainTextAsync("Live");
        await Expect(page.Page.GetByRole(AriaRole.Heading, new() { Name = "Connections and reuse" })).ToBeVisibleAsync();
        await Expect(page.Page.GetByRole(AriaRole.Alert)).ToBeHiddenAsync();
        page.Expect("503");
    }

    [Fact]
    public async Task StreamThatFallsSilent_IsLeftForAnother()
    {
        var page = await OpenAsync();
        await page.Page.Clock.InstallAsync();
        await page.Page.AddInitScriptAsync("""
            const real = fetch;
            window.streams = 0;
            window.fetch = async (path, options) => {
              const response = await real(path, options);
              if (path !== '/admin/events' || ++streams > 1) {
                return response;
              }

              // Its first piece comes, and then nothing does, though the connection stays.
              const { value } = await response.body.getReader().read();
              return new Response(new ReadableStream({
                start(stream) {
                  stream.enqueue(value);
                  options.signal.addEventListener('abort', () => stream.error(options.signal.reason));
                },
              }));
            };
            """);
        await page.GoAsync("overview");
        await Expect(page.Page.Locator(".instance")).ToContainTextAsync("Live");
        await page.Page.Clock.FastForwardAsync(5_500);

        await page.Page.WaitForFunctionAsync("() => streams === 2");
        await Expect(page.Page.Locator(".instance")).ToContainTextAsync("Live");
    }

    [Fact]
    public async Task FailedPoll_LeavesWhatStandsThereAndSaysThatItIsOld()
    {
        var page = await OpenAsync();
        var old = page.Page.GetByRole(AriaRole.Alert);
        await page.Page.Clock.InstallAsync();
        await page.GoAsync("providers");
        await Expect(page.Page.GetByRole(AriaRole.Rowheader, new() { Name = "openai" })).ToBeVisibleAsync();
        await page.Page.RouteAsync("**/health/providers", Unavailable);
        await page.Page.Clock.FastForwardAsync(5_500);

        await Expect(old).ToContainTextAsync("Not current");
        await Expect(page.Page.GetByRole(AriaRole.Rowheader, new() { Name = "openai" })).ToBeVisibleAsync();
        await page.Page.UnrouteAsync("**/health/providers");
        await page.Page.Clock.FastForwardAsync(5_500);
        await Expect(old).ToBeHiddenAsync();
        page.Expect("503");
    }

    [Fact]
    public async Task TryAgain_DoesNotAskTwiceAsOftenFromThenOn()
    {
        var page = await OpenAsync();
        await page.Page.Clock.InstallAsync();
        await page.Page.RouteAsync("**/health/providers", Unavailable);
        await page.GoAsync("providers");
        var again = page.Page.GetByRole(AriaRole.Button, new() { Name = "Try again" });
        for (var i = 0; i < 3; i++)
        {
            await page.Page.RunAndWaitForResponseAsync(() => again.ClickAsync(), "**/health/providers");
        }

        await page.Page.UnrouteAsync("**/health/providers");
        await page.Page.RunAndWaitForResponseAsync(() => again.ClickAsync(), "**/health/providers");
        await Expect(page.Page.GetByRole(AriaRole.Rowheader, new() { Name = "openai" })).ToBeVisibleAsync();
        var before = Polls();
        await page.Page.RunAndWaitForResponseAsync(() => page.Page.Clock.FastForwardAsync(5_500), "**/health/providers");
        await page.Page.EvaluateAsync("() => 0");

        Assert.Equal(before + 1, Polls());
        page.Expect("503");

        int Polls() => page.Requests.Count(request => request.Url.EndsWith("/health/providers", StringComparison.Ordinal));
    }

    [Fact]
    public async Task AddressThatIsNone_IsAProviderThatThereIsNot()
    {
        var page = await OpenAsync();
        await page.GoAsync("providers/%");

        await Expect(page.Page.GetByRole(AriaRole.Heading, new() { Name = "No such provider" })).ToBeVisibleAsync();
    }

    private static Task Unavailable(IRoute route) =>
        route.FulfillAsync(new() { Status = 503, ContentType = "application/problem+json", Body = """{"status":503,"detail":"Not now."}""" });
}
