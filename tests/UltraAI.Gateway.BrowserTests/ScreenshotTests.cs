using Microsoft.Playwright;
using UltraAI.Gateway.BrowserTests.Common;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace UltraAI.Gateway.BrowserTests;

/// <summary>
/// The pictures in <c>docs/images</c>: every page in light and dark. With <c>ULTRAAI_SCREENSHOTS=1</c> they are made anew;
/// else it is only checked that there is one of each, and no other.
/// </summary>
public sealed class ScreenshotTests(DashboardEnvironment dashboard) : DashboardTest(dashboard)
{
    private const int MaxBytes = 200_000;
    private const int Width = 1280;
    private const int Height = 760;

    private static readonly TimeSpan Watched = TimeSpan.FromSeconds(62);

    private static readonly string[] Pages = ["sign-in", "overview", "providers", "keys", "usage", "ultra", "ultra-answer"];

    private static readonly string Folder = FindFolder();

    [Fact]
    public async Task Pictures_AreThoseOfThePages()
    {
        if (Environment.GetEnvironmentVariable("ULTRAAI_SCREENSHOTS") == "1")
        {
            await MakeAsync();
        }

        var files = new DirectoryInfo(Folder).GetFiles("*.png");
        Assert.Equal(
            Pages.SelectMany(page => new[] { $"{page}-dark.png", $"{page}-light.png" }).Order(StringComparer.Ordinal),
            files.Select(file => file.Name).Order(StringComparer.Ordinal));
        Assert.All(files, file => Assert.InRange(file.Length, 1, MaxBytes));
    }

    private async Task MakeAsync()
    {
        Directory.CreateDirectory(Folder);
        await using var traffic = await Traffic.StartAsync(Dashboard);
        foreach (var (colours, theme) in new[] { (ColorScheme.Light, "light"), (ColorScheme.Dark, "dark") })
        {
            var page = await OpenAsync(colours, signedIn: false);
            await page.GoAsync("");
            await ShootAsync(page, $"sign-in-{theme}");
            await page.Page.GetByLabel("Admin token").FillAsync(DashboardEnvironment.AdminToken);
            await page.Page.Keyboard.PressAsync("Enter");

            // What is drawn is what has been watched.
            await Expect(page.Page.GetByRole(AriaRole.Heading, new() { Name = "Overview" })).ToBeVisibleAsync();
            await Task.Delay(Watched, TestContext.Current.CancellationToken);
            await ShootAsync(page, $"overview-{theme}");
            await GoAsync(page, "Providers", "Providers");
            await ShootAsync(page, $"providers-{theme}");
            await GoAsync(page, "Keys", "Keys");
            await ShootAsync(page, $"keys-{theme}");
            await GoAsync(page, "Usage", "Usage and cost");
            await ShootAsync(page, $"usage-{theme}");
            await GoAsync(page, "Ultra", "Ultra playground");
            await ShootRunAsync(page, theme);
        }
    }

    /// <summary>A run is long: its beginning and its end are two pictures.</summary>
    private static async Task ShootRunAsync(DashboardPage page, string theme)
    {
        await page.Page.GetByLabel("Key", new() { Exact = true }).SelectOptionAsync("demo");
        await page.Page.GetByLabel("Prompt", new() { Exact = true }).FillAsync("Why do teams put a gateway in front of models, and what does it cost in latency?");
        await page.Page.Keyboard.PressAsync("Control+Enter");
        await Expect(page.Page.Locator(".progress")).ToContainTextAsync("Complete");
        await page.Page.Locator(".revisions ins").First.WaitForAsync();
        await page.Page.EvaluateAsync("() => document.activeElement.blur()");
        var whole = await GrowAsync(page);
        var middle = await page.Page.EvaluateAsync<int>("() => document.querySelector('.revisions').closest('section').getBoundingClientRect().top - 7");
        await SaveAsync(page, $"ultra-answer-{theme}", middle, whole);
        await page.Page.GetByRole(AriaRole.Button, new() { Name = "gpt-4o gave gemini-2.5-pro" }).HoverAsync();
        var reasons = await page.Page.EvaluateAsync<int>("() => document.querySelector('[role=tooltip]').getBoundingClientRect().bottom");
        await SaveAsync(page, $"ultra-{theme}", 0, Math.Max(middle, reasons + 14));
        await page.Page.SetViewportSizeAsync(Width, Height);
    }

    private static async Task GoAsync(DashboardPage page, string link, string heading)
    {
        await page.Page.GetByRole(AriaRole.Navigation).GetByRole(AriaRole.Link, new() { Name = link }).ClickAsync();
        await page.Page.GetByRole(AriaRole.Heading, new() { Name = heading, Level = 1 }).WaitForAsync();
        await page.ReadyAsync();
    }

    private static async Task ShootAsync(DashboardPage page, string name)
    {
        await SaveAsync(page, name, 0, await GrowAsync(page));
        await page.Page.SetViewportSizeAsync(Width, Height);
    }

    /// <summary>Makes the window as high as the page, so that what is fixed to its edge stands where it belongs.</summary>
    private static async Task<int> GrowAsync(DashboardPage page)
    {
        var height = Math.Max(Height, await page.Page.EvaluateAsync<int>("() => document.documentElement.scrollHeight"));
        await page.Page.SetViewportSizeAsync(Width, height);
        await page.Page.EvaluateAsync("() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))");
        return height;
    }

    private static Task<byte[]> SaveAsync(DashboardPage page, string name, int from, int to) => page.Page.ScreenshotAsync(new()
    {
        Path = Path.Combine(Folder, $"{name}.png"),
        Clip = new Clip { X = 0, Y = from, Width = Width, Height = to - from },
    });

    private static string FindFolder()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "UltraAI.Gateway.sln")))
        {
            folder = Path.GetDirectoryName(folder) ?? throw new InvalidOperationException("The tests must run from within the repository.");
        }

        return Path.Combine(folder, "docs", "images");
    }
}
