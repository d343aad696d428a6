using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using UltraAI.Gateway.Limits;
using UltraAI.Gateway.Storage;
using UltraAI.Gateway.Tests.Functional.Common;
using Xunit;

namespace UltraAI.Gateway.Tests.Limits;

[Collection(nameof(RunsAlone))]
public sealed class LimitsServiceCollectionExtensionsTests
{
    [Fact]
    public async Task Embedded_NeedsNothingElse()
    {
        await using var services = Services().AddLimits(new StoreOptions()).BuildServiceProvider();

        Assert.IsType<EmbeddedLimitStore>(services.GetRequiredService<ILimitStore>());
        Assert.Empty(services.GetServices<IHostedService>());
    }

    [Fact]
    public async Task Redis_IsStartedWithTheHost()
    {
        await using var server = await RedisServer.StartAsync();
        await using var connection = await RedisConnection.OpenAsync(server.ConnectionString, "test");
        await using var services = Services().AddSingleton(connection).AddLimits(new StoreOptions { Kind = StoreKind.Redis }).BuildServiceProvider();

        var hosted = Assert.Single(services.GetServices<IHostedService>());
        await hosted.StartAsync(CancellationToken.None);

        Assert.Same(hosted, services.GetRequiredService<ILimitStore>());
        Assert.True(services.GetRequiredService<RedisLimitStore>().IsAvailable);
        await hosted.StopAsync(CancellationToken.None);
        Assert.Equal(":0", await server.CommandAsync("ZCARD {test}:l:instances"));
    }

    private static IServiceCollection Services() => new ServiceCollection().AddLogging().AddMetrics().AddSingleton(TimeProvider.System);
}
