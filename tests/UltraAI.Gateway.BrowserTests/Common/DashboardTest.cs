using Microsoft.Playwright;
using Xunit;

namespace UltraAI.Gateway.BrowserTests.Common;

/// <summary>A test with pages. When it has passed, its pages must have been quiet, too.</summary>
public abstract class DashboardTest(DashboardEnvironment dashboard) : IAsyncDisposable
{
    private readonly List<DashboardPage> _pages = [];

    protected DashboardEnvironment Dashboard => dashboard;

    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        foreach (var page in _pages)
        {
            await page.DisposeAsync();
        }

        if (TestContext.Current.TestState?.Result != TestResult.Failed)
        {
            _pages.ForEach(page => page.AssertQuiet());
        }
    }

    /// <summary>A page of its own, in a profile of its own.</summary>
    protected async Task<DashboardPage> OpenAsync(ColorScheme colours = ColorScheme.Light, int width = 1280, int height = 860, bool signedIn = true)
    {
        var page = await DashboardPage.OpenAsync(dashboard, colours, width, height, signedIn);
        _pages.Add(page);
        return page;
    }
}
