using Microsoft.Extensions.Time.Testing;
using UltraAI.Gateway.Keys;
using Xunit;

namespace UltraAI.Gateway.Tests.Keys;

public sealed class AdminSessionsTests
{
    private readonly FakeTimeProvider _time = new();
    private readonly Source _source = new();
    private readonly AdminSessions _sessions;

    public AdminSessionsTests() => _sessions = new AdminSessions(_source, _time);

    private AdminAccess Admin
    {
        get => _source.Admin;
        set => _source.Admin = value;
    }

    [Fact]
    public void Session_IsFoundByItsIdAlone()
    {
        var session = _sessions.Begin(Admin, out var id);

        Assert.Same(session, _sessions.Find(id));
        Assert.All((string?[])[null, "", "x", session.Csrf, id.ToUpperInvariant(), id + "0", new string('a', 5000)], other => Assert.Null(_sessions.Find(other)));
        Assert.True(session.Accepts(session.Csrf));
        Assert.False(session.Accepts(""));
        Assert.False(session.Accepts(id));
    }

    [Fact]
    public void Session_ThatRestsTooLong_Ends()
    {
        _sessions.Begin(Admin, out var id);

        _time.Advance(AdminSessions.Idle - TimeSpan.FromSeconds(1));
        Assert.NotNull(_sessions.Find(id));
        _time.Advance(AdminSessions.Idle);

        Assert.Null(_sessions.Find(id));
        Assert.Equal(0, _sessions.Count);
    }

    [Fact]
    public void Session_ThatIsOnlyLookedAt_EndsAsIfItRested()
    {
        _sessions.Begin(Admin, out var id);

        _time.Advance(AdminSessions.Idle - TimeSpan.FromSeconds(1));
        Assert.NotNull(_sessions.Find(id, isUse: false));
        _time.Advance(TimeSpan.FromSeconds(1));

        Assert.Null(_sessions.Find(id, isUse: false));
    }

    [Fact]
    public void Session_InUse_EndsAllTheSameWhenItIsOld()
    {
        _sessions.Begin(Admin, out var id);
        for (var age = TimeSpan.Zero; age < AdminSessions.Longest - TimeSpan.FromMinutes(30); age += TimeSpan.FromMinutes(30))
        {
            Assert.NotNull(_sessions.Find(id));
            _time.Advance(TimeSpan.FromMinutes(30));
        }

        Assert.NotNull(_sessions.Find(id));
        _time.Advance(TimeSpan.FromMinutes(30));
        Assert.Null(_sessions.Find(id));
    }

    [Fact]
    public void Session_WhenTheTokenIsAnotherOne_Ends()
    {
        _sessions.Begin(Admin, out var id);

        Admin = Access("first");
        Assert.NotNull(_sessions.Find(id));
        Admin = Access("second");
        Assert.Null(_sessions.Find(id));
    }

    [Fact]
    public void Session_WhenThereIsNoTokenAnyMore_Ends()
    {
        _sessions.Begin(Admin, out var id);

        Admin = new AdminAccess(null, []);

        Assert.Null(_sessions.Find(id));
    }

    [Fact]
    public void Sessions_TooMany_TakeThePlaceOfTheOneThatRestedLongest()
    {
        var ids = new List<string>();
        for (var i = 0; i < AdminSessions.MaxSessions; i++)
        {
            _sessions.Begin(Admin, out var id);
            ids.Add(id);
            _time.Advance(TimeSpan.FromSeconds(1));
        }

        Assert.NotNull(_sessions.Find(ids[0]));
        _sessions.Begin(Admin, out var next);

        Assert.Equal(AdminSessions.MaxSessions, _sessions.Count);
        Assert.NotNull(_sessions.Find(ids[0]));
        Assert.Null(_sessions.Find(ids[1]));
        Assert.NotNull(_sessions.Find(next));
    }

    private static AdminAccess Access(string token) => new(KeyDigest.Of(token), []);

    private sealed class Source : IAdminAccessSource
    {
        public AdminAccess Admin { get; set; } = Access("first");
    }
}
