using Microsoft.Playwright;
using UltraAI.Gateway.BrowserTests.Common;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace UltraAI.Gateway.BrowserTests;

/// <summary>A run of /ultra, watched in the browser.</summary>
public sealed class PlaygroundTests(DashboardEnvironment dashboard) : DashboardTest(dashboard)
{
    [Fact]
    public async Task Run_ShowsEveryStepAndItsCost()
    {
        var page = await OpenAsync();
        var ui = page.Page;
        await page.GoAsync("ultra");
        await RunAsync(ui, "Why do teams put a gateway in front of models?");
        await Expect(ui.Locator(".progress")).ToContainTextAsync("Complete");

        await Expect(ui.GetByRole(AriaRole.Region, new() { Name = "Draft of" })).ToHaveCountAsync(3);
        await Expect(ui.GetByRole(AriaRole.Region, new() { Name = "Draft of gpt-4o" })).ToContainTextAsync("about 500 milliseconds");
        await Expect(ui.Locator(".stage.done")).ToHaveCountAsync(3);

        // Nobody scores itself.
        var matrix = ui.GetByRole(AriaRole.Region, new() { Name = "Review matrix" });
        await Expect(matrix.GetByRole(AriaRole.Button)).ToHaveCountAsync(6);
        var score = matrix.GetByRole(AriaRole.Button, new() { Name = "claude-sonnet-5 gave gpt-4o 4" });
        await score.HoverAsync();
        await Expect(ui.GetByRole(AriaRole.Tooltip)).ToContainTextAsync("The latency it claims is wrong");
        await ui.GetByRole(AriaRole.Heading, new() { Name = "Timeline" }).HoverAsync();
        await Expect(ui.GetByRole(AriaRole.Tooltip)).ToBeHiddenAsync();
        await score.FocusAsync();
        await Expect(ui.GetByRole(AriaRole.Tooltip)).ToContainTextAsync("The latency it claims is wrong");

        await Expect(ui.Locator(".ranks li").First).ToContainTextAsync("claude-sonnet-5");
        var revision = ui.GetByRole(AriaRole.Region, new() { Name = "Revision of gpt-4o" });
        await Expect(revision.Locator("del").First).ToBeVisibleAsync();
        await Expect(revision.Locator("ins").Last).ToContainTextAsync("which the model's own seconds hide");
        await Expect(ui.GetByRole(AriaRole.Region, new() { Name = "The answer" })).ToContainTextAsync("nobody notices.");
        await Expect(ui.Locator(".timeline li")).ToHaveCountAsync(7);
        await Expect(ui.Locator(".cost-card tfoot td").First).ToHaveTextAsync("7");
        await Expect(ui.Locator(".cost-card tfoot td").Last).ToContainTextAsync("$0.0");

        await Accessibility.AssertCleanAsync(ui, "a run, light");
        await ui.EmulateMediaAsync(new() { ColorScheme = ColorScheme.Dark });
        await Accessibility.AssertCleanAsync(ui, "a run, dark");
        await ui.SetViewportSizeAsync(390, 844);
        await page.AssertFitsAsync();
    }

    [Fact]
    public async Task Cancel_EndsTheRunAndItsCalls()
    {
        var page = await OpenAsync();
        var ui = page.Page;
        await page.GoAsync("ultra");
        await RunAsync(ui, DashboardEnvironment.SlowQuestion);
        foreach (var draft in await ui.GetByRole(AriaRole.Region, new() { Name = "Draft of" }).AllAsync())
        {
            await Expect(draft).Not.ToHaveTextAsync("Thinking…");
        }

        Assert.True(Running() > 0);
        await ui.GetByRole(AriaRole.Button, new() { Name = "Cancel" }).ClickAsync();

        await Expect(ui.Locator(".progress")).ToContainTextAsync("Cancelled");
        await Expect(ui.GetByRole(AriaRole.Button, new() { Name = "Run" })).ToBeVisibleAsync();
        for (var attempt = 0; Running() > 0 && attempt < 100; attempt++)
        {
            await Task.Delay(20, TestContext.Current.CancellationToken);
        }

        Assert.Equal(0, Running());

        int Running() => Dashboard.Simulator.All.Sum(provider => provider.Requests.Count(request => request.Text.Contains(DashboardEnvironment.SlowQuestion, StringComparison.Ordinal) && !request.Completed.IsCompleted && !request.Aborted.IsCompleted));
    }

    [Fact]
    public async Task TextOfModels_IsTextWhateverItLooksLike()
    {
        var page = await OpenAsync();
        var ui = page.Page;
        await page.GoAsync("ultra");
        await RunAsync(ui, DashboardEnvironment.MarkupQuestion);
        await Expect(ui.Locator(".progress .badge")).Not.ToHaveTextAsync(["Running"]);

        await Expect(ui.GetByRole(AriaRole.Region, new() { Name = "The answer" })).ToHaveTextAsync(DashboardEnvironment.Markup);
        await Expect(ui.GetByRole(AriaRole.Region, new() { Name = "Draft of gpt-4o" })).ToHaveTextAsync(DashboardEnvironment.Markup);
        Assert.Equal(0, await ui.Locator("main img, main b >> text=bold").CountAsync());
        Assert.Equal("Ultra · UltraAI.Gateway", await ui.TitleAsync());
    }

    [Fact]
    public async Task OtherMembers_TakePartWhereThePresetAllowsIt()
    {
        var page = await OpenAsync();
        var ui = page.Page;
        await page.GoAsync("ultra");
        await ui.GetByRole(AriaRole.Button, new() { Name = "Without google/gemini-2.5-pro" }).ClickAsync();
        await Expect(ui.Locator(".members")).ToContainTextAsync("Members (2)");
        await ui.GetByLabel("Add a member").FillAsync("openai/gpt-4o-mini");
        await ui.Keyboard.PressAsync("Enter");
        await RunAsync(ui, "Who takes part?");

        await Expect(ui.GetByRole(AriaRole.Region, new() { Name = "Draft of gpt-4o-mini" })).ToBeVisibleAsync();
        await Expect(ui.GetByRole(AriaRole.Region, new() { Name = "Draft of gemini-2.5-pro" })).ToHaveCountAsync(0);
        await Expect(ui.Locator(".progress")).ToContainTextAsync("Complete");
    }

    [Fact]
    public async Task SecondRun_IsNotStartedWhileOneIsUnderWay()
    {
        var page = await OpenAsync();
        var ui = page.Page;
        await page.GoAsync("ultra");
        await RunAsync(ui, DashboardEnvironment.SlowQuestion);
        await ui.GetByLabel("Prompt", new() { Exact = true }).PressAsync("Control+Enter");
        await ui.GetByRole(AriaRole.Button, new() { Name = "Cancel" }).ClickAsync();

        await Expect(ui.Locator(".progress")).ToContainTextAsync("Cancelled");
        Assert.Single(page.Requests, request => request.Method == "POST" && request.Url.Contains("/dashboard/ultra", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Cancel_BeforeTheRunHasBegun_IsNoError()
    {
        var page = await OpenAsync();
        var ui = page.Page;
        await page.GoAsync("ultra");
        await ui.RouteAsync("**/dashboard/ultra?**", _ => Task.CompletedTask);
        await AskAsync(ui, "Is anybody there?");
        await ui.GetByRole(AriaRole.Button, new() { Name = "Cancel" }).ClickAsync();

        await Expect(ui.Locator(".progress")).ToContainTextAsync("Cancelled");
        await Expect(ui.GetByRole(AriaRole.Alert)).ToHaveCountAsync(0);
    }

    [Fact]
    public async Task Cancel_ThatTheGatewayDoesNotTake_LeavesTheRun()
    {
        var page = await OpenAsync();
        var ui = page.Page;
        await page.GoAsync("ultra");
        await ui.RouteAsync("**/dashboard/ultra/runs/**", route => route.FulfillAsync(new() { Status = 404 }));
        await RunAsync(ui, DashboardEnvironment.SlowQuestion);
        await ui.GetByRole(AriaRole.Button, new() { Name = "Cancel" }).ClickAsync();

        await Expect(ui.Locator(".progress")).ToContainTextAsync("Cancelled");
        await Expect(ui.GetByRole(AriaRole.Alert)).ToHaveCountAsync(0);
        page.Expect("404");
    }

    [Fact]
    public async Task KeyThatMayNotAnyMore_IsSaidAndSignsNobodyOut()
    {
        var page = await OpenAsync();
        var ui = page.Page;
        await page.SendAsync("POST", "/admin/keys", """{"name":"turned-off"}""");
        await page.GoAsync("ultra");
        await Expect(ui.GetByRole(AriaRole.Button, new() { Name = "Run" })).ToBeEnabledAsync();
        await page.SendAsync("PATCH", "/admin/keys/turned-off", """{"enabled":false}""");
        await ui.GetByLabel("Key", new() { Exact = true }).SelectOptionAsync("turned-off");

        await Expect(ui.GetByRole(AriaRole.Alert)).ToContainTextAsync("turned off");
        await Expect(ui.GetByRole(AriaRole.Heading, new() { Name = "Ultra playground" })).ToBeVisibleAsync();
    }

    [Fact]
    public async Task PresetsOfAKeyChosenBefore_DoNotTakeThePlaceOfThoseOfTheOneChosen()
    {
        var page = await OpenAsync();
        var ui = page.Page;
        await page.SendAsync("POST", "/admin/keys", """{"name":"without-presets","providers":["huggingface"]}""");
        await page.GoAsync("ultra");
        var mayAnswer = new TaskCompletionSource();
        await ui.RouteAsync("**/dashboard/ultra/presets?key=without-presets", async route =>
        {
            await mayAnswer.Task;
            await route.ContinueAsync();
        });
        await ui.GetByLabel("Key", new() { Exact = true }).SelectOptionAsync("without-presets");
        await ui.RunAndWaitForResponseAsync(() => ui.GetByLabel("Key", new() { Exact = true }).SelectOptionAsync("demo"), "**/presets?key=demo");
        var late = await ui.RunAndWaitForResponseAsync(() => { mayAnswer.SetResult(); return Task.CompletedTask; }, "**/presets?key=without-presets");
        await late.FinishedAsync();
        await ui.EvaluateAsync("() => new Promise(done => setTimeout(done))");

        await Expect(ui.GetByLabel("Preset", new() { Exact = true })).ToHaveValueAsync("ultra");
        await Expect(ui.GetByRole(AriaRole.Button, new() { Name = "Run" })).ToBeEnabledAsync();
    }

    [Fact]
    public async Task WhatCannotBeRead_IsSaidAndNotRun()
    {
        var page = await OpenAsync();
        var ui = page.Page;
        await page.GoAsync("ultra");
        await ui.GetByText("More", new() { Exact = true }).ClickAsync();
        await ui.GetByLabel("Max. tokens").PressSequentiallyAsync("1e");
        await ui.GetByText("More", new() { Exact = true }).ClickAsync();
        await AskAsync(ui, "How long may it be?");

        await Expect(ui.GetByLabel("Max. tokens")).ToBeFocusedAsync();
        await Expect(ui.GetByText("This is not a number.")).ToBeVisibleAsync();
        await Expect(ui.Locator(".progress")).ToBeHiddenAsync();
    }

    private static async Task RunAsync(IPage page, string question)
    {
        await AskAsync(page, question);
        await Expect(page.GetByRole(AriaRole.Region, new() { Name = "Draft of" }).First).ToBeVisibleAsync();
    }

    private static async Task AskAsync(IPage page, string question)
    {
        await page.GetByLabel("Key", new() { Exact = true }).SelectOptionAsync("demo");
        await page.GetByLabel("Prompt", new() { Exact = true }).FillAsync(question);
        var run = page.GetByRole(AriaRole.Button, new() { Name = "Run" });
        await Expect(run).ToBeEnabledAsync();
        await run.ClickAsync();
    }
}
