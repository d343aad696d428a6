using System.Net;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using UltraAI.Gateway.Health;
using Xunit;

namespace UltraAI.Gateway.Tests.Health;

public sealed class AdminAttemptsTests
{
    private static readonly IPAddress Client = IPAddress.Parse("203.0.113.7");

    private readonly FakeTimeProvider _time = new();
    private readonly AdminAttempts _attempts;

    public AdminAttemptsTests() => _attempts = new AdminAttempts(_time, NullLogger<AdminAttempts>.Instance);

    [Fact]
    public void Client_AfterTheWindow_MayTryAgain()
    {
        UseUp(Client);
        _time.Advance(AdminAttempts.Window - TimeSpan.FromSeconds(1));
        Assert.False(_attempts.Try(Client, () => true, out var retryAfter));
        Assert.Equal(TimeSpan.FromSeconds(1), retryAfter);

        _time.Advance(TimeSpan.FromSeconds(1));

        Assert.True(_attempts.Try(Client, () => true, out _));
        Assert.Equal(0, _attempts.Clients);
    }

    [Fact]
    public void RightToken_DoesNotForgiveWrongOnes()
    {
        for (var i = 0; i < AdminAttempts.MaxFailures; i++)
        {
            _attempts.Try(Client, () => false, out _);
            if (i < AdminAttempts.MaxFailures - 1)
            {
                Assert.True(_attempts.Try(Client, () => true, out _));
            }
        }

        Assert.False(_attempts.Try(Client, () => true, out _));
    }

    [Theory]
    [InlineData("2001:db8:1:2::1", "2001:db8:1:2:ffff::9", true)]
    [InlineData("2001:db8:1:2::1", "2001:db8:1:3::1", false)]
    [InlineData("203.0.113.7", "203.0.113.8", false)]
    public void Addresses_OfOneSite_ShareTheirAttempts(string first, string second, bool isShared)
    {
        UseUp(IPAddress.Parse(first));

        Assert.Equal(!isShared, _attempts.Try(IPAddress.Parse(second), () => true, out _));
    }

    [Fact]
    public void Address_Unknown_IsLimitedToo()
    {
        UseUp(null);

        Assert.False(_attempts.Try(null, () => true, out _));
    }

    [Fact]
    public void Table_OfManyClients_StaysBounded()
    {
        for (var i = 0; i < AdminAttempts.MaxClients + 100; i++)
        {
            _attempts.Try(new IPAddress(0x0A000000 + i), () => false, out _);
        }

        Assert.Equal(AdminAttempts.MaxClients, _attempts.Clients);
    }

    private void UseUp(IPAddress? client)
    {
        for (var i = 0; i < AdminAttempts.MaxFailures; i++)
        {
            Assert.False(_attempts.Try(client, () => false, out var retryAfter));
            Assert.Equal(TimeSpan.Zero, retryAfter);
        }
    }
}
