using System.Security.Cryptography;

namespace UltraAI.Gateway.Keys;

/// <summary>The operators who signed in with the admin token: in memory, bounded, and gone after a restart.</summary>
/// <remarks>
/// Only the digest of a session's id is kept, and found by. A session ends when it has not been used for a while, when it is old, when its
/// operator signs out, and when the admin token becomes another one. When there are too many, the one that rested longest goes.
/// </remarks>
internal sealed class AdminSessions(IAdminAccessSource admin, TimeProvider time)
{
    /// <summary>Most sessions at once.</summary>
    public const int MaxSessions = 64;

    /// <summary>How long a session may rest.</summary>
    public static readonly TimeSpan Idle = TimeSpan.FromHours(1);

    /// <summary>How long a session lasts, used or not.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromHours(12);

    private readonly Lock _lock = new();
    private readonly Dictionary<KeyDigest, AdminSession> _sessions = [];

    /// <summary>How many there are, ended ones that were not looked at since included.</summary>
    public int Count
    {
        get
        {
            lock (_lock)
            {
                return _sessions.Count;
            }
        }
    }

    /// <summary>Begins a session for one who has shown the admin token.</summary>
    /// <param name="access">What the token was held against.</param>
    /// <param name="id">What the operator's browser presents from now on; it is nowhere else.</param>
    public AdminSession Begin(AdminAccess access, out string id)
    {
        id = Random();
        var session = new AdminSession(access, Random(), time.GetTimestamp());
        lock (_lock)
        {
            RemoveEnded();
            if (_sessions.Count >= MaxSessions)
            {
                _sessions.Remove(_sessions.MinBy(pair => pair.Value.UsedAt).Key);
            }

            _sessions[KeyDigest.Of(id)] = session;
        }

        return session;
    }

    /// <summary>Looks a session up.</summary>
    /// <param name="id">What the operator's browser presents.</param>
    /// <param name="isUse">Whether it counts as use of the session.</param>
    /// <returns>Null if there is none, or it has ended.</returns>
    public AdminSession? Find(string? id, bool isUse = true)
    {
        if (string.IsNullOrEmpty(id) || id.Length > KeyDigest.MaxKeyLength)
        {
            return null;
        }

        var digest = KeyDigest.Of(id);
        lock (_lock)
        {
            if (!_sessions.TryGetValue(digest, out var session))
            {
                return null;
            }

            if (HasEnded(session))
            {
                _sessions.Remove(digest);
                return null;
            }

            if (isUse)
            {
                session.UsedAt = time.GetTimestamp();
            }

            return session;
        }
    }

    public void End(string id)
    {
        lock (_lock)
        {
            _sessions.Remove(KeyDigest.Of(id));
        }
    }

    private void RemoveEnded()
    {
        foreach (var (digest, session) in _sessions)
        {
            if (HasEnded(session))
            {
                _sessions.Remove(digest);
            }
        }
    }

    private bool HasEnded(AdminSession session) =>
        !admin.Admin.HasSameTokenAs(session.Access) || time.GetElapsedTime(session.UsedAt) >= Idle || time.GetElapsedTime(session.BeganAt) >= Longest;

    private static string Random() => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32));
}

/// <summary>One operator who is signed in.</summary>
/// <param name="access">What the token was held against.</param>
/// <param name="csrf">What calls of the session that change something carry as well: a page of another origin can't know it.</param>
/// <param name="beganAt">When, by the clock's timestamp.</param>
internal sealed class AdminSession(AdminAccess access, string csrf, long beganAt)
{
    private readonly KeyDigest _csrf = KeyDigest.Of(csrf);

    public AdminAccess Access { get; } = access;

    public string Csrf { get; } = csrf;

    public long BeganAt { get; } = beganAt;

    public long UsedAt { get; set; } = beganAt;

    public bool Accepts(string presented) => presented.Length <= KeyDigest.MaxKeyLength && KeyDigest.Of(presented) == _csrf;
}
