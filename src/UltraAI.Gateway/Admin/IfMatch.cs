using Microsoft.Net.Http.Headers;
using UltraAI.Gateway.Errors;

namespace UltraAI.Gateway.Admin;

/// <summary>The precondition of a change: https://www.rfc-editor.org/rfc/rfc9110#section-13.1.1.</summary>
internal sealed class IfMatch
{
    private readonly IList<EntityTagHeaderValue>? _tags;

    private IfMatch(IList<EntityTagHeaderValue>? tags) => _tags = tags;

    /// <exception cref="AdminException">The field is not a list of entity tags.</exception>
    public static IfMatch Of(HttpRequest request)
    {
        var values = request.Headers.IfMatch;
        if (values.Count == 0)
        {
            return new IfMatch(null);
        }

        return EntityTagHeaderValue.TryParseStrictList(values, out var tags)
            ? new IfMatch(tags)
            : throw new AdminException(new AdminProblem(StatusCodes.Status400BadRequest, ErrorCode.InvalidRequest, "If-Match must be the ETag of an earlier answer, in its quotes."));
    }

    /// <exception cref="AdminException">The key has changed since the client looked at it.</exception>
    public void Check(AdminKey key)
    {
        if (_tags is null)
        {
            return;
        }

        var current = new EntityTagHeaderValue(key.ETag);
        foreach (var tag in _tags)
        {
            if (tag.Equals(EntityTagHeaderValue.Any) || tag.Compare(current, useStrongComparison: true))
            {
                return;
            }
        }

        throw new AdminException(new AdminProblem(
            StatusCodes.Status412PreconditionFailed, ErrorCode.InvalidRequest, $"Virtual key '{key.Name}' has been changed since; read it again and repeat the change.")
        {
            Fields = [("ETag", key.ETag!)],
        });
    }
}
