using Microsoft.Playwright;
using UltraAI.Gateway.BrowserTests.Common;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace UltraAI.Gateway.BrowserTests;

/// <summary>Each page in light and dark, and at the width of a phone: axe-core finds nothing serious, and nothing sticks out.</summary>
public sealed class PageTests(DashboardEnvironment dashboard) : DashboardTest(dashboard)
{
    public static TheoryData<string, string> Pages { get; } = new()
    {
        { "overview", "Overview" }, { "providers", "Providers" }, { "providers/openai", "openai" }, { "keys", "Keys" }, { "usage", "Usage and cost" }, { "ultra", "Ultra playground" },
    };

    [Theory]
    [MemberData(nameof(Pages))]
    public async Task Page_IsAccessibleInBothThemesAndFitsAPhone(string path, string heading)
    {
        var page = await OpenAsync();
        await page.GoAsync(path);
        await Expect(page.Page.GetByRole(AriaRole.Heading, new() { Name = heading, Exact = true, Level = 1 })).ToBeVisibleAsync();
        await page.AssertFitsAsync();
        await Accessibility.AssertCleanAsync(page.Page, $"{path}, light");

        await page.Page.EmulateMediaAsync(new() { ColorScheme = ColorScheme.Dark });
        await Accessibility.AssertCleanAsync(page.Page, $"{path}, dark");

        await page.Page.SetViewportSizeAsync(390, 844);
        await page.AssertFitsAsync();
        await Expect(page.Page.GetByRole(AriaRole.Link, new() { Name = "Usage", Exact = true }).First).ToBeInViewportAsync();
        await Accessibility.AssertCleanAsync(page.Page, $"{path}, phone");
    }

    [Fact]
    public async Task SignIn_IsAccessibleInBothThemesAndFitsAPhone()
    {
        var page = await OpenAsync(signedIn: false, width: 390);
        await page.GoAsync("");
        await page.AssertFitsAsync();
        await Accessibility.AssertCleanAsync(page.Page, "sign-in, light");
        await page.Page.EmulateMediaAsync(new() { ColorScheme = ColorScheme.Dark });
        await Accessibility.AssertCleanAsync(page.Page, "sign-in, dark");
    }

    [Fact]
    public async Task Dialogs_AreAccessible()
    {
        var page = await OpenAsync();
        await page.GoAsync("keys");
        await page.Page.GetByRole(AriaRole.Button, new() { Name = "New key" }).ClickAsync();
        await Expect(page.Page.GetByLabel("Name", new() { Exact = true })).ToBeFocusedAsync();
        await Accessibility.AssertCleanAsync(page.Page, "new key, light");
        await page.Page.EmulateMediaAsync(new() { ColorScheme = ColorScheme.Dark });
        await Accessibility.AssertCleanAsync(page.Page, "new key, dark");
        await page.Page.SetViewportSizeAsync(390, 844);
        await page.AssertFitsAsync();
    }

    [Fact]
    public async Task ThemeSwitch_IsKept()
    {
        var page = await OpenAsync();
        await page.GoAsync("providers");
        var light = await Ground(page.Page);
        await page.Page.GetByRole(AriaRole.Button, new() { Name = "Dark colours" }).ClickAsync();
        var dark = await Ground(page.Page);
        await page.Page.ReloadAsync();
        await page.ReadyAsync();

        Assert.NotEqual(light, dark);
        Assert.Equal(dark, await Ground(page.Page));

        static Task<string> Ground(IPage page) => page.EvaluateAsync<string>("() => getComputedStyle(document.body).backgroundColor");
    }
}
