using Microsoft.Playwright;
using UltraAI.Gateway.BrowserTests.Common;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace UltraAI.Gateway.BrowserTests;

/// <summary>From a chart to the numbers behind it, filters, and files made in the page.</summary>
public sealed class UsageTests(DashboardEnvironment dashboard) : DashboardTest(dashboard)
{
    [Fact]
    public async Task ClickOnADay_ShowsTheNumbersBehindIt()
    {
        var page = await OpenAsync();
        await page.GoAsync("usage");
        await page.Page.Locator(".u-over").ClickAsync(new() { Position = new() { X = 300, Y = 150 } });

        var drawer = page.Page.GetByRole(AriaRole.Dialog);
        await Expect(drawer.GetByRole(AriaRole.Rowheader, new() { Name = "team-search" })).ToHaveCountAsync(3);
        await Accessibility.AssertCleanAsync(page.Page, "the numbers of a day");

        var file = await page.Page.RunAndWaitForDownloadAsync(() => drawer.GetByRole(AriaRole.Button, new() { Name = "CSV" }).ClickAsync());
        var lines = await ReadAsync(file);
        Assert.Equal("key,provider,model,requests,input_tokens,cached_input_tokens,cache_write_tokens,output_tokens,cost_usd,estimated_requests", lines[0]);
        Assert.Equal(7, lines.Length);
    }

    [Fact]
    public async Task Filters_HoldForChartTableAndFile()
    {
        var page = await OpenAsync();
        await page.GoAsync("usage");
        await page.Page.GetByLabel("Provider", new() { Exact = true }).SelectOptionAsync("anthropic");
        await Expect(page.Page.GetByRole(AriaRole.Rowheader, new() { Name = "batch-nightly" })).ToHaveCountAsync(0);
        await page.Page.GetByRole(AriaRole.Group, new() { Name = "Grouped by" }).GetByRole(AriaRole.Button, new() { Name = "Model" }).ClickAsync();
        await Expect(page.Page.GetByRole(AriaRole.Rowheader)).ToHaveTextAsync(["claude-sonnet-5", "Total"]);

        var file = await page.Page.RunAndWaitForDownloadAsync(() => page.Page.GetByRole(AriaRole.Button, new() { Name = "CSV" }).ClickAsync());
        var lines = await ReadAsync(file);
        Assert.True(lines.Length > 29);
        Assert.All(lines.Skip(1), line => Assert.Contains(",anthropic,claude-sonnet-5,", line, StringComparison.Ordinal));
    }

    [Fact]
    public async Task TimeWithoutUsage_SaysSo()
    {
        var page = await OpenAsync();
        await page.GoAsync("usage");
        await page.Page.GetByRole(AriaRole.Button, new() { Name = "Custom" }).ClickAsync();
        await page.Page.GetByLabel("From").FillAsync("2020-01-01");
        await page.Page.GetByLabel("To", new() { Exact = true }).FillAsync("2020-01-31");

        await Expect(page.Page.GetByRole(AriaRole.Heading, new() { Name = "Nothing was used" })).ToBeVisibleAsync();
    }

    [Fact]
    public async Task Overview_LeadsFromAChartToItsNumbers()
    {
        var page = await OpenAsync();
        await page.GoAsync("overview");
        await page.Page.GetByRole(AriaRole.Button, new() { Name = "Numbers: Connections" }).ClickAsync();
        var drawer = page.Page.GetByRole(AriaRole.Dialog);
        await Expect(drawer.GetByRole(AriaRole.Columnheader, new() { Name = "anthropic" })).ToBeVisibleAsync();
        await page.Page.Keyboard.PressAsync("Escape");
        await Expect(drawer).ToHaveCountAsync(0);

        await page.Page.GetByLabel("Provider", new() { Exact = true }).SelectOptionAsync("google");
        await Expect(page.Page.GetByRole(AriaRole.Region, new() { Name = "Connections and reuse" }).GetByRole(AriaRole.Rowheader)).ToHaveTextAsync(["google"]);
    }

    [Fact]
    public async Task NumbersOfADay_AreReachedByKeyboard()
    {
        var page = await OpenAsync();
        await page.GoAsync("usage");
        await page.Page.GetByRole(AriaRole.Button, new() { Name = "Numbers: By day" }).PressAsync("Enter");
        await page.Page.GetByRole(AriaRole.Dialog).GetByRole(AriaRole.Rowheader).Nth(1).GetByRole(AriaRole.Button).PressAsync("Enter");

        await Expect(page.Page.GetByRole(AriaRole.Dialog).Last.GetByRole(AriaRole.Rowheader, new() { Name = "team-search" })).ToHaveCountAsync(3);
    }

    [Fact]
    public async Task FileThatCannotBeMade_IsSaid()
    {
        var page = await OpenAsync();
        await page.GoAsync("usage");
        await Expect(page.Page.GetByRole(AriaRole.Rowheader, new() { Name = "team-search" })).ToBeVisibleAsync();
        await page.Page.RouteAsync("**/admin/usage?**", route => route.FulfillAsync(new() { Status = 503, ContentType = "application/problem+json", Body = """{"status":503,"detail":"The store does not answer."}""" }));
        await page.Page.GetByRole(AriaRole.Button, new() { Name = "CSV" }).ClickAsync();

        await Expect(page.Page.GetByText("There is no file: The store does not answer.")).ToBeVisibleAsync();
        page.Expect("503");
    }

    [Fact]
    public async Task OtherGrouping_KeepsTheFocusAndTheOrder()
    {
        var page = await OpenAsync();
        await page.GoAsync("usage");
        var requests = page.Page.GetByRole(AriaRole.Columnheader, new() { Name = "Requests" });
        await requests.GetByRole(AriaRole.Button).ClickAsync();
        await requests.GetByRole(AriaRole.Button).ClickAsync();
        var byModel = page.Page.GetByRole(AriaRole.Group, new() { Name = "Grouped by" }).GetByRole(AriaRole.Button, new() { Name = "Model" });
        await byModel.PressAsync("Enter");

        await Expect(page.Page.GetByRole(AriaRole.Rowheader, new() { Name = "gpt-4o-mini" })).ToBeVisibleAsync();
        await Expect(byModel).ToBeFocusedAsync();
        await Expect(requests).ToHaveAttributeAsync("aria-sort", "ascending");

        var only = page.Page.GetByRole(AriaRole.Button, new() { Name = "gpt-4o-mini" });
        await only.PressAsync("Enter");
        await Expect(page.Page.GetByRole(AriaRole.Rowheader)).ToHaveTextAsync(["gpt-4o-mini", "Total"]);
        await Expect(only).ToBeFocusedAsync();
    }

    [Fact]
    public async Task LiveTables_KeepTheFocusAndWhatIsSelected()
    {
        var page = await OpenAsync();
        await page.GoAsync("overview");
        var link = page.Page.GetByRole(AriaRole.Region, new() { Name = "Connections and reuse" }).GetByRole(AriaRole.Link, new() { Name = "openai" });
        await link.FocusAsync();
        await page.Page.EvaluateAsync("() => getSelection().selectAllChildren(document.querySelector('.facts dd'))");
        var selected = await page.Page.EvaluateAsync<string>("() => String(getSelection())");
        await page.Page.EvaluateAsync("""
            async () => {
              const { watch } = await import('/dashboard/js/live.js');
              let frames = 0;
              await new Promise(done => watch(() => ++frames === 2 && done()));
            }
            """);

        await Expect(link).ToBeFocusedAsync();
        Assert.NotEmpty(selected);
        Assert.Equal(selected, await page.Page.EvaluateAsync<string>("() => String(getSelection())"));
    }

    private static async Task<string[]> ReadAsync(IDownload file) =>
        (await File.ReadAllTextAsync(await file.PathAsync(), TestContext.Current.CancellationToken)).Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
}
