using System.Text.Json;
using UltraAI.Gateway.Errors;

namespace UltraAI.Gateway.Admin;

/// <summary>One fault of a request.</summary>
/// <param name="Place">A JSON pointer as a fragment (https://www.rfc-editor.org/rfc/rfc6901#section-6), or the name of a query parameter.</param>
/// <param name="Detail">What is wrong, and how to mend it.</param>
/// <param name="IsParameter">Whether it is a query parameter.</param>
internal sealed record AdminFault(string Place, string Detail, bool IsParameter = false);

/// <summary>Collects all faults of a request. The first one at a place is kept: what follows from it would only confuse.</summary>
internal sealed class AdminFaults
{
    // A body of 64 KB has room for thousands.
    private const int MaxFaults = 100;

    private readonly List<AdminFault> _faults = [];

    public bool Any => _faults.Count > 0;

    public void Add(AdminFault fault)
    {
        if (_faults.Count < MaxFaults && !_faults.Exists(known => known.Place == fault.Place))
        {
            _faults.Add(fault);
        }
    }

    /// <param name="path">As the options spell it: <c>Limits:RequestsPerMinute</c>.</param>
    /// <param name="detail">What is wrong there.</param>
    public void AddOption(string path, string detail) =>
        Add(new AdminFault("#/" + string.Join('/', path.Split(':').Select(JsonNamingPolicy.SnakeCaseLower.ConvertName)), detail));

    /// <exception cref="AdminException">There are faults.</exception>
    public void ThrowIfAny()
    {
        if (Any)
        {
            throw ToException();
        }
    }

    public AdminException ToException() =>
        new(new AdminProblem(StatusCodes.Status400BadRequest, ErrorCode.InvalidRequest, "The request has faults; 'errors' names them all.")
        {
            Faults = [.. _faults.OrderBy(fault => fault.Place, StringComparer.Ordinal)],
        });
}
