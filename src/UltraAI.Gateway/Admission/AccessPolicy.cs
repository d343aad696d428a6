using System.Collections.Frozen;
using System.Net;
using UltraAI.Gateway.Errors;
using UltraAI.Gateway.Keys;
using UltraAI.Gateway.Transport;

namespace UltraAI.Gateway.Admission;

/// <summary>Whether a virtual key may be used here, now, from there, and for this.</summary>
internal static class AccessPolicy
{
    private static readonly GatewayError UnknownKey = new(
        ErrorCode.InvalidKey,
        "This virtual key is unknown or turned off. It must be one of this gateway's, not the provider's own.");

    /// <param name="key">The key that the request presented; null if the gateway does not know it.</param>
    /// <param name="line">What the request is for.</param>
    /// <param name="headers">The request's fields.</param>
    /// <param name="client">The client's address; null if it is not known.</param>
    /// <param name="time">The source of time.</param>
    /// <returns>The reason to refuse, or null.</returns>
    public static GatewayError? Check(VirtualKey? key, RequestLine line, IHeaderDictionary headers, IPAddress? client, TimeProvider time)
    {
        if (CheckKey(key, client, time) is { } refusal)
        {
            return refusal;
        }

        if (CheckProvider(key!, line) is { } outOfScope)
        {
            return outOfScope;
        }

        return HasOverride(key!, line, headers)
            ? new GatewayError(ErrorCode.EndpointNotAllowed, $"Virtual key '{key!.Name}' is held to certain endpoints (Endpoints): the request has a field or parameter that can set another method or path.")
            : null;
    }

    /// <summary>Whether the key may be used here, now and from there, for whatever it is.</summary>
    public static GatewayError? CheckKey(VirtualKey? key, IPAddress? client, TimeProvider time)
    {
        if (key is not { Enabled: true })
        {
            return UnknownKey;
        }

        if (key.ExpiresAt is { } end && time.GetUtcNow() >= end)
        {
            return new GatewayError(ErrorCode.KeyExpired, $"Virtual key '{key.Name}' expired at {end.UtcDateTime:yyyy-MM-dd'T'HH:mm:ss'Z'}.");
        }

        if (key.AllowedNetworks is { } networks && !ClientAddress.IsIn(client, networks))
        {
            return new GatewayError(ErrorCode.NetworkNotAllowed, $"Virtual key '{key.Name}' may not be used from this address (AllowedNetworks).");
        }

        return null;
    }

    /// <summary>Whether the key is for this endpoint of this provider.</summary>
    public static GatewayError? CheckProvider(VirtualKey key, RequestLine line)
    {
        var provider = line.Provider;
        if (key.Providers is { } providers && !providers.Contains(provider.Name))
        {
            return new GatewayError(ErrorCode.ProviderNotAllowed, $"Virtual key '{key.Name}' may not use provider '{provider.Name}' (Providers).");
        }

        if (key.Credentials is { } credentials && provider.Credentials.Count > 0 && !HasOneOf(provider, credentials))
        {
            return new GatewayError(ErrorCode.ProviderNotAllowed, $"Virtual key '{key.Name}' may use no credential of provider '{provider.Name}' (Credentials).");
        }

        var isAllowed = key.Endpoints is { } endpoints
            ? EndpointPolicy.IsAllowed(endpoints, provider.Kind.AdministrativeEndpoints, provider.BasePath, line.Method, line.Target)
            : line.IsOpen;
        return isAllowed ? null : NotThisEndpoint(key);
    }

    private static bool HasOneOf(Provider provider, FrozenSet<string> names)
    {
        foreach (var credential in provider.Credentials)
        {
            if (names.Contains(credential.Name))
            {
                return true;
            }
        }

        return false;
    }

    private static GatewayError NotThisEndpoint(VirtualKey key) =>
        new(ErrorCode.EndpointNotAllowed, $"Virtual key '{key.Name}' may not use this endpoint (Endpoints).");

    private static bool HasOverride(VirtualKey key, RequestLine line, IHeaderDictionary headers)
    {
        if (key.Endpoints is null)
        {
            return false;
        }

        foreach (var (name, _) in headers)
        {
            if (RequestShape.SetsMethod(name))
            {
                return true;
            }
        }

        return RequestShape.HasPathField(headers) || RequestShape.OverrideInQuery(line.Query) is not null;
    }
}
