using System.Text.Json;
using Microsoft.Playwright;
using UltraAI.Gateway.BrowserTests.Common;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace UltraAI.Gateway.BrowserTests;

/// <summary>The form of a key takes nothing away that nobody touched, and shows its secret once.</summary>
public sealed class KeyFormTests(DashboardEnvironment dashboard) : DashboardTest(dashboard)
{
    [Fact]
    public async Task KeyThatCouldNotBeRead_IsNotSavedUntilItIs()
    {
        var page = await OpenAsync();
        var ui = page.Page;
        await page.SendAsync("POST", "/admin/keys", """{"name":"unread","limits":{"max_concurrent":4},"budget":{"usd":5,"period":"day"}}""");
        await page.GoAsync("keys");
        await ui.RouteAsync("**/admin/keys/unread", route => route.FulfillAsync(new() { Status = 503, ContentType = "application/problem+json", Body = """{"status":503,"detail":"The store does not answer."}""" }));
        await ui.GetByRole(AriaRole.Button, new() { Name = "Edit unread" }).ClickAsync();
        await Expect(ui.GetByRole(AriaRole.Alert)).ToContainTextAsync("The store does not answer.");
        var save = ui.GetByRole(AriaRole.Button, new() { Name = "Save changes" });
        await Expect(save).ToBeDisabledAsync();

        await ui.UnrouteAsync("**/admin/keys/unread");
        await ui.GetByRole(AriaRole.Button, new() { Name = "Try again" }).ClickAsync();
        await Expect(ui.GetByLabel("Running at once")).ToHaveValueAsync("4");
        await save.ClickAsync();
        await Expect(ui.GetByRole(AriaRole.Dialog)).ToHaveCountAsync(0);

        var key = await ReadAsync(page, "unread");
        Assert.Equal(4, key.GetProperty("limits").GetProperty("max_concurrent").GetInt32());
        Assert.Equal(5, key.GetProperty("budget").GetProperty("usd").GetInt32());
        page.Expect("503");
    }

    [Fact]
    public async Task EmptyLists_AreShownAndStayEmptyUntilSomebodySaysOtherwise()
    {
        var page = await OpenAsync();
        var ui = page.Page;
        string[] lists = ["providers", "models", "endpoints", "allowed_networks"];
        await page.SendAsync("POST", "/admin/keys", """{"name":"shut","providers":[],"models":[],"endpoints":[],"allowed_networks":[]}""");
        await page.GoAsync("keys");
        var row = ui.GetByRole(AriaRole.Row, new() { Name = "shut" });
        await Expect(row).ToContainTextAsync("no provider · no model · no endpoint · from nowhere");

        await ui.GetByRole(AriaRole.Button, new() { Name = "Edit shut" }).ClickAsync();
        await Expect(ui.GetByRole(AriaRole.Checkbox, new() { Name = "None is allowed" })).ToHaveCountAsync(lists.Length);
        await ui.GetByLabel("Running at once").FillAsync("7");
        await ui.GetByRole(AriaRole.Button, new() { Name = "Save changes" }).ClickAsync();
        await Expect(row).ToContainTextAsync("7 at once");
        var key = await ReadAsync(page, "shut");
        Assert.All(lists, list => Assert.Equal("[]", key.GetProperty(list).GetRawText()));

        await ui.GetByRole(AriaRole.Button, new() { Name = "Edit shut" }).ClickAsync();
        await ui.GetByRole(AriaRole.Checkbox, new() { Name = "None is allowed" }).Nth(1).UncheckAsync();
        await ui.GetByRole(AriaRole.Button, new() { Name = "Save changes" }).ClickAsync();
        await Expect(row).ToContainTextAsync("no provider · no endpoint");
        key = await ReadAsync(page, "shut");
        Assert.Equal(JsonValueKind.Null, key.GetProperty("models").ValueKind);
    }

    [Fact]
    public async Task WhatCannotBeRead_IsSaidAtItsFieldAndNotSaved()
    {
        var page = await OpenAsync();
        var ui = page.Page;
        await page.SendAsync("POST", "/admin/keys", """{"name":"mistyped","limits":{"requests_per_minute":60}}""");
        await page.GoAsync("keys");
        await ui.GetByRole(AriaRole.Button, new() { Name = "Edit mistyped" }).ClickAsync();
        var field = ui.GetByLabel("Requests per minute");
        await Expect(field).ToHaveValueAsync("60");
        await field.PressAsync("End");
        await field.PressSequentiallyAsync("e");
        await ui.GetByLabel("Expires").PressSequentiallyAsync("12");
        await ui.GetByRole(AriaRole.Button, new() { Name = "Save changes" }).ClickAsync();

        await Expect(field).ToHaveAttributeAsync("aria-invalid", "true");
        await Expect(ui.GetByLabel("Expires")).ToHaveAttributeAsync("aria-invalid", "true");
        await Expect(ui.GetByText("This is not a number.")).ToBeVisibleAsync();
        Assert.Equal(60, (await ReadAsync(page, "mistyped")).GetProperty("limits").GetProperty("requests_per_minute").GetInt32());
    }

    [Fact]
    public async Task SecretThatCannotBeCopied_IsSelectedAndStays()
    {
        var page = await OpenAsync();
        var ui = page.Page;
        await ui.AddInitScriptAsync("Object.defineProperty(navigator, 'clipboard', { value: undefined })");
        await MakeAsync(page, "by-hand");
        var dialog = ui.GetByRole(AriaRole.Dialog);
        var secret = await dialog.GetByLabel("The key", new() { Exact = true }).TextContentAsync();
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Copy" }).ClickAsync();

        await Expect(dialog.GetByRole(AriaRole.Alert)).ToContainTextAsync("copy it by hand");
        Assert.Equal(secret, await ui.EvaluateAsync<string>("() => String(getSelection())"));
        await ui.Mouse.ClickAsync(5, 5);
        await Expect(dialog).ToBeVisibleAsync();
    }

    [Fact]
    public async Task WordsOfADialog_StandInFrontOfIt()
    {
        var page = await OpenAsync();
        var dialog = page.Page.GetByRole(AriaRole.Dialog);
        await MakeAsync(page, "copied");
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Copy" }).ClickAsync();
        await Expect(dialog.GetByText("Copied.")).ToBeVisibleAsync();

        await dialog.GetByRole(AriaRole.Button, new() { Name = "I have stored it" }).ClickAsync();
        await Expect(dialog).ToHaveCountAsync(0);
        await Expect(page.Page.GetByText("Copied.")).ToBeVisibleAsync();
    }

    private static async Task MakeAsync(DashboardPage page, string name)
    {
        await page.GoAsync("keys");
        await page.Page.GetByRole(AriaRole.Button, new() { Name = "New key" }).ClickAsync();
        await page.Page.GetByLabel("Name", new() { Exact = true }).FillAsync(name);
        await page.Page.GetByRole(AriaRole.Button, new() { Name = "Create key" }).ClickAsync();
        await page.Page.GetByLabel("The key", new() { Exact = true }).WaitForAsync();
    }

    private static async Task<JsonElement> ReadAsync(DashboardPage page, string name) =>
        (await (await page.Context.APIRequest.GetAsync($"/admin/keys/{name}")).JsonAsync())!.Value;
}
