using System.ClientModel;
using Microsoft.Playwright;
using OpenAI;
using OpenAI.Chat;
using UltraAI.Gateway.BrowserTests.Common;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace UltraAI.Gateway.BrowserTests;

/// <summary>The life of a key, by the pages and an official SDK.</summary>
public sealed class KeyTests(DashboardEnvironment dashboard) : DashboardTest(dashboard)
{
    [Fact]
    public async Task Key_IsMadeUsedSeenRotatedAndRevoked()
    {
        var page = await OpenAsync();
        var ui = page.Page;
        await page.GoAsync("keys");
        await ui.GetByRole(AriaRole.Button, new() { Name = "New key" }).ClickAsync();
        await ui.GetByLabel("Name", new() { Exact = true }).FillAsync("browser-made");
        await ui.GetByLabel("Models").FillAsync("gpt-4o*");
        await ui.GetByLabel("Requests per minute").FillAsync("600");
        await ui.GetByLabel("US dollars").FillAsync("5");
        await ui.GetByRole(AriaRole.Button, new() { Name = "Create key" }).ClickAsync();

        // Shown once, and then nowhere.
        var secret = await SecretAsync(ui);
        await ui.GetByRole(AriaRole.Button, new() { Name = "Copy" }).ClickAsync();
        Assert.Equal(secret, await ui.EvaluateAsync<string>("() => navigator.clipboard.readText()"));
        await ui.GetByRole(AriaRole.Button, new() { Name = "I have stored it" }).ClickAsync();
        await Expect(Row(ui)).ToContainTextAsync("600 requests/min");
        Assert.DoesNotContain(secret, await ui.ContentAsync(), StringComparison.Ordinal);

        await AskAsync(secret, "gpt-4o");
        var refused = await Assert.ThrowsAsync<ClientResultException>(() => AskAsync(secret, "o3"));
        Assert.Equal(403, refused.Status);

        // Usage is in the store within about a second.
        await UntilAsync(page, "usage?key=browser-made", () => ui.GetByRole(AriaRole.Rowheader, new() { Name = "browser-made" }));

        await page.GoAsync("keys");
        await ui.GetByRole(AriaRole.Button, new() { Name = "Edit browser-made" }).ClickAsync();
        await ui.GetByLabel("Requests per minute").FillAsync("");
        await ui.GetByLabel("Running at once").FillAsync("7");
        await ui.GetByRole(AriaRole.Button, new() { Name = "Save changes" }).ClickAsync();
        await Expect(Row(ui)).ToContainTextAsync("7 at once");
        await Expect(Row(ui)).Not.ToContainTextAsync("requests/min");

        await ui.GetByRole(AriaRole.Button, new() { Name = "Rotate browser-made" }).ClickAsync();
        await ui.GetByRole(AriaRole.Button, new() { Name = "Rotate key" }).ClickAsync();
        var next = await SecretAsync(ui);
        await ui.GetByRole(AriaRole.Button, new() { Name = "I have stored it" }).ClickAsync();
        Assert.NotEqual(secret, next);
        await Expect(Row(ui)).ToContainTextAsync("old one until");
        await AskAsync(secret, "gpt-4o");
        await AskAsync(next, "gpt-4o");

        await ui.GetByRole(AriaRole.Button, new() { Name = "Revoke browser-made" }).ClickAsync();
        await ui.GetByRole(AriaRole.Button, new() { Name = "Revoke key" }).ClickAsync();
        await Expect(Row(ui)).ToHaveCountAsync(0);
        var gone = await Assert.ThrowsAsync<ClientResultException>(() => AskAsync(next, "gpt-4o"));
        Assert.Equal(401, gone.Status);
    }

    [Fact]
    public async Task Faults_StandAtTheirFields()
    {
        var page = await OpenAsync();
        await page.GoAsync("keys");
        await page.Page.GetByRole(AriaRole.Button, new() { Name = "New key" }).ClickAsync();
        await page.Page.GetByLabel("Name", new() { Exact = true }).FillAsync("Not A Name");
        await page.Page.GetByLabel("Networks").FillAsync("here");
        await page.Page.GetByRole(AriaRole.Button, new() { Name = "Create key" }).ClickAsync();

        await Expect(page.Page.GetByLabel("Networks")).ToHaveAttributeAsync("aria-invalid", "true");
        await Expect(page.Page.GetByLabel("Name", new() { Exact = true })).ToBeFocusedAsync();
        await Expect(page.Page.GetByText("a name has 1 to 64")).ToBeVisibleAsync();
        page.Expect("400 (Bad Request)");
    }

    [Fact]
    public async Task KeyChangedElsewhere_IsNotOverwritten()
    {
        var page = await OpenAsync();
        var ui = page.Page;
        await page.SendAsync("POST", "/admin/keys", """{"name":"contended","limits":{"max_concurrent":1}}""");
        await page.GoAsync("keys");
        await ui.GetByRole(AriaRole.Button, new() { Name = "Edit contended" }).ClickAsync();
        await Expect(ui.GetByLabel("Running at once")).ToHaveValueAsync("1");
        await page.SendAsync("PATCH", "/admin/keys/contended", """{"limits":{"max_concurrent":2}}""");

        await ui.GetByLabel("Running at once").FillAsync("3");
        await ui.GetByRole(AriaRole.Button, new() { Name = "Save changes" }).ClickAsync();
        await Expect(ui.GetByRole(AriaRole.Alert)).ToContainTextAsync("has been changed since");
        await ui.GetByRole(AriaRole.Button, new() { Name = "Read it again" }).ClickAsync();
        await Expect(ui.GetByLabel("Running at once")).ToHaveValueAsync("2");
        await ui.GetByLabel("Running at once").FillAsync("3");
        await ui.GetByRole(AriaRole.Button, new() { Name = "Save changes" }).ClickAsync();
        await Expect(ui.GetByRole(AriaRole.Row, new() { Name = "contended" })).ToContainTextAsync("3 at once");
        page.Expect("412 (Precondition Failed)");
    }

    [Fact]
    public async Task KeyOfTheConfiguration_IsReadOnly()
    {
        var page = await OpenAsync();
        await page.GoAsync("keys");
        await Expect(page.Page.GetByRole(AriaRole.Row, new() { Name = "demo" })).ToContainTextAsync("read-only");
        await Expect(page.Page.GetByRole(AriaRole.Button, new() { Name = "Revoke demo" })).ToHaveCountAsync(0);
    }

    private static ILocator Row(IPage page) => page.GetByRole(AriaRole.Row, new() { Name = "browser-made" });

    private static async Task<string> SecretAsync(IPage page)
    {
        var shown = page.GetByLabel("The key", new() { Exact = true });
        await shown.WaitForAsync();
        return (await shown.TextContentAsync())!;
    }

    private Task<ClientResult<ChatCompletion>> AskAsync(string key, string model) =>
        new OpenAIClient(new ApiKeyCredential(key), new OpenAIClientOptions { Endpoint = new Uri($"{Dashboard.Address}/openai/v1") })
            .GetChatClient(model).CompleteChatAsync([new UserChatMessage("Hello!")], cancellationToken: TestContext.Current.CancellationToken);

    private static async Task UntilAsync(DashboardPage page, string path, Func<ILocator> there)
    {
        for (var attempt = 0; attempt < 20; attempt++)
        {
            await page.GoAsync(path);
            await page.Page.ReloadAsync();
            await page.ReadyAsync();
            if (await there().CountAsync() > 0)
            {
                return;
            }

            await Task.Delay(250, TestContext.Current.CancellationToken);
        }

        Assert.Fail($"{path} does not show it.");
    }
}
