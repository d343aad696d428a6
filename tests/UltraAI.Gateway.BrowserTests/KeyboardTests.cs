using Microsoft.Playwright;
using UltraAI.Gateway.BrowserTests.Common;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace UltraAI.Gateway.BrowserTests;

/// <summary>Everything by keyboard: no test here touches a mouse.</summary>
public sealed class KeyboardTests(DashboardEnvironment dashboard) : DashboardTest(dashboard)
{
    [Fact]
    public async Task Keyboard_SignsInMakesAKeyAndRunsThePlayground()
    {
        var page = await OpenAsync(signedIn: false);
        var ui = page.Page;
        await page.GoAsync("");
        await ui.Keyboard.TypeAsync(DashboardEnvironment.AdminToken);
        await ui.Keyboard.PressAsync("Enter");
        await Expect(ui.GetByRole(AriaRole.Heading, new() { Name = "Overview" })).ToBeVisibleAsync();

        await ToAsync(ui, ui.GetByRole(AriaRole.Link, new() { Name = "To the content" }));
        await Expect(ui.GetByRole(AriaRole.Link, new() { Name = "To the content" })).ToBeInViewportAsync();
        await ToAsync(ui, ui.GetByRole(AriaRole.Navigation).GetByRole(AriaRole.Link, new() { Name = "Keys" }));
        await ui.Keyboard.PressAsync("Enter");
        await Expect(ui.GetByRole(AriaRole.Heading, new() { Name = "Keys" })).ToBeFocusedAsync();

        var create = ui.GetByRole(AriaRole.Button, new() { Name = "New key" });
        await ToAsync(ui, create);
        await ui.Keyboard.PressAsync("Enter");
        await Expect(ui.GetByLabel("Name", new() { Exact = true })).ToBeFocusedAsync();
        await ui.Keyboard.TypeAsync("by-keyboard");
        await ui.Keyboard.PressAsync("Enter");
        await Expect(ui.GetByLabel("The key", new() { Exact = true })).ToBeVisibleAsync();
        await ui.Keyboard.PressAsync("Escape");
        await Expect(ui.GetByRole(AriaRole.Dialog)).ToHaveCountAsync(0);
        await Expect(ui.GetByRole(AriaRole.Row, new() { Name = "by-keyboard" })).ToBeVisibleAsync();

        await ToAsync(ui, ui.GetByRole(AriaRole.Button, new() { Name = "Revoke by-keyboard" }));
        await ui.Keyboard.PressAsync("Enter");
        await ToAsync(ui, ui.GetByRole(AriaRole.Button, new() { Name = "Revoke key" }));
        await ui.Keyboard.PressAsync("Enter");
        await Expect(ui.GetByRole(AriaRole.Row, new() { Name = "by-keyboard" })).ToHaveCountAsync(0);
    }

    [Fact]
    public async Task Keyboard_RunsThePlaygroundAndReadsTheReasons()
    {
        var page = await OpenAsync();
        var ui = page.Page;
        await page.GoAsync("ultra");
        await Expect(ui.GetByRole(AriaRole.Button, new() { Name = "Run" })).ToBeEnabledAsync();
        await ToAsync(ui, ui.GetByLabel("Prompt", new() { Exact = true }));
        await ui.Keyboard.TypeAsync("Is it as good without a mouse?");
        await ui.Keyboard.PressAsync("Control+Enter");
        await Expect(ui.Locator(".progress")).ToContainTextAsync("Complete");

        await ToAsync(ui, ui.GetByRole(AriaRole.Region, new() { Name = "Review matrix" }).GetByRole(AriaRole.Button).First);
        await Expect(ui.GetByRole(AriaRole.Tooltip)).ToBeVisibleAsync();
        await ui.Keyboard.PressAsync("Escape");
        await Expect(ui.GetByRole(AriaRole.Tooltip)).ToBeHiddenAsync();
    }

    /// <summary>Presses Tab until an element has the focus.</summary>
    private static async Task ToAsync(IPage page, ILocator element)
    {
        await element.WaitForAsync(new() { State = WaitForSelectorState.Attached });
        for (var presses = 0; presses < 80; presses++)
        {
            if (await element.EvaluateAsync<bool>("element => element === document.activeElement"))
            {
                return;
            }

            await page.Keyboard.PressAsync("Tab");
        }

        Assert.Fail($"80 presses of Tab don't lead to {element}.");
    }
}
