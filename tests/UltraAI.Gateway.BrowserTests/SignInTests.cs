using Microsoft.Playwright;
using UltraAI.Gateway.BrowserTests.Common;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace UltraAI.Gateway.BrowserTests;

/// <summary>Signing in and out, and that nothing secret stays in the browser.</summary>
public sealed class SignInTests(DashboardEnvironment dashboard) : DashboardTest(dashboard)
{
    [Fact]
    public async Task WrongToken_IsSaidAndTheRightOneLetsIn()
    {
        var page = await OpenAsync(signedIn: false);
        await page.GoAsync("");
        var token = page.Page.GetByLabel("Admin token");
        await token.FillAsync("not-it");
        await page.Page.GetByRole(AriaRole.Button, new() { Name = "Sign in" }).ClickAsync();
        await Expect(page.Page.GetByRole(AriaRole.Alert)).ToHaveTextAsync("That is not the admin token.");

        await token.FillAsync(DashboardEnvironment.AdminToken);
        await page.Page.Keyboard.PressAsync("Enter");

        await Expect(page.Page.GetByRole(AriaRole.Heading, new() { Name = "Overview" })).ToBeVisibleAsync();
    }

    [Fact]
    public async Task Session_LeavesNothingSecretInTheBrowser()
    {
        var page = await OpenAsync(signedIn: false);
        await page.GoAsync("");
        await page.Page.GetByLabel("Admin token").FillAsync(DashboardEnvironment.AdminToken);
        await page.Page.Keyboard.PressAsync("Enter");
        await Expect(page.Page.GetByRole(AriaRole.Heading, new() { Name = "Overview" })).ToBeVisibleAsync();
        await page.Page.GetByRole(AriaRole.Button, new() { Name = "Dark colours" }).ClickAsync();

        var cookie = Assert.Single(await page.Context.CookiesAsync());
        Assert.True(cookie.HttpOnly);
        Assert.Equal(SameSiteAttribute.Strict, cookie.SameSite);
        Assert.NotEqual(DashboardEnvironment.AdminToken, cookie.Value);
        Assert.Equal("""{"ultraai-theme":"dark"}""", await page.Page.EvaluateAsync<string>("() => JSON.stringify(localStorage)"));
        Assert.Equal("{}", await page.Page.EvaluateAsync<string>("() => JSON.stringify(sessionStorage)"));
        Assert.DoesNotContain(DashboardEnvironment.AdminToken, await page.Page.ContentAsync(), StringComparison.Ordinal);
        Assert.All(page.Requests, request => Assert.DoesNotContain(DashboardEnvironment.AdminToken, request.Url, StringComparison.Ordinal));
    }

    [Fact]
    public async Task SigningOut_EndsTheSession()
    {
        var page = await OpenAsync();
        await page.GoAsync("providers");
        await page.Page.GetByRole(AriaRole.Button, new() { Name = "Sign out" }).ClickAsync();

        await Expect(page.Page.GetByRole(AriaRole.Heading, new() { Name = "Sign in" })).ToBeVisibleAsync();
        var answer = await page.Context.APIRequest.GetAsync("/admin/keys");
        Assert.Equal(401, answer.Status);
    }

    [Fact]
    public async Task GoingToAnotherPage_IsUseOfTheSession()
    {
        var page = await OpenAsync();
        await page.GoAsync("providers");

        await page.Page.RunAndWaitForResponseAsync(
            () => page.Page.GetByRole(AriaRole.Navigation).GetByRole(AriaRole.Link, new() { Name = "Overview" }).ClickAsync(), "**/dashboard/session");
    }

    [Fact]
    public async Task SigningOut_ThatFails_IsSaid()
    {
        var page = await OpenAsync();
        await page.GoAsync("keys");
        await page.Page.RouteAsync("**/dashboard/session", route => route.Request.Method == "DELETE" ? route.FulfillAsync(new() { Status = 503 }) : route.ContinueAsync());
        await page.Page.GetByRole(AriaRole.Button, new() { Name = "Sign out" }).ClickAsync();

        await Expect(page.Page.GetByText("You are still signed in.")).ToBeVisibleAsync();
        await Expect(page.Page.GetByRole(AriaRole.Heading, new() { Name = "Keys" })).ToBeVisibleAsync();
        page.Expect("503");
    }

    [Fact]
    public async Task SigningInInAnotherTab_LeavesThisOneAbleToChangeThings()
    {
        var page = await OpenAsync();
        await page.GoAsync("keys");
        await page.Context.APIRequest.PostAsync("/dashboard/session", new() { DataObject = new { token = DashboardEnvironment.AdminToken } });
        await page.Page.GetByRole(AriaRole.Button, new() { Name = "New key" }).ClickAsync();
        await page.Page.GetByLabel("Name", new() { Exact = true }).FillAsync("from-the-first-tab");
        await page.Page.GetByRole(AriaRole.Button, new() { Name = "Create key" }).ClickAsync();

        await Expect(page.Page.GetByLabel("The key", new() { Exact = true })).ToBeVisibleAsync();
        page.Expect("403");
    }

    [Fact]
    public async Task FirstLoad_IsSmallAndAsksNobodyElse()
    {
        var page = await OpenAsync(signedIn: false);
        await page.GoAsync("");
        await page.Page.GetByLabel("Admin token").FillAsync(DashboardEnvironment.AdminToken);
        await page.Page.Keyboard.PressAsync("Enter");
        await Expect(page.Page.GetByRole(AriaRole.Heading, new() { Name = "Overview" })).ToBeVisibleAsync();

        var sizes = new List<(string Path, int Length)>();
        foreach (var request in page.Requests.Where(request => request.ResourceType is "document" or "stylesheet" or "script" or "image" or "font"))
        {
            var response = await request.ResponseAsync();
            sizes.Add((request.Url, (await response!.BodyAsync()).Length));
        }

        // As it is, not as it is compressed on its way.
        Assert.Contains(sizes, size => size.Path.EndsWith("uPlot.iife.min.js", StringComparison.Ordinal));
        Assert.True(sizes.Sum(size => size.Length) < 300_000, string.Join('\n', sizes));
    }
}
