using UltraAI.Gateway.Errors;

namespace UltraAI.Gateway.Limits;

// Calls for which the free money did not suffice, in the order in which they came.
internal sealed partial class BudgetAccount
{
    private readonly Queue<Waiter> _waiters = new();

    /// <summary>Serves those who wait, in order, as far as the free money goes.</summary>
    /// <param name="left">What the store could still grant, if it is known: who needs more is refused.</param>
    private void Serve(long? left)
    {
        while (_waiters.TryPeek(out var first))
        {
            if (first.Amount <= _free)
            {
                Hold(first.Amount, first.Opens);
                _waiters.Dequeue().SetResult(null);
            }
            else if (left is { } more && first.Amount - _free > more)
            {
                _waiters.Dequeue().SetResult(BudgetErrors.Exhausted(id, _budget, first.Amount, _free + more));
            }
            else
            {
                return;
            }
        }
    }

    /// <summary>Serves whom the free money suffices, and refuses the others: there will be no answer in time.</summary>
    private void ServeOrRefuse()
    {
        while (_waiters.TryDequeue(out var waiter))
        {
            if (waiter.Amount <= _free)
            {
                Hold(waiter.Amount, waiter.Opens);
                waiter.SetResult(null);
            }
            else
            {
                waiter.SetResult(BudgetErrors.StoreGone);
            }
        }
    }

    /// <summary>A call that waits for money. Its continuation runs elsewhere, not under the account's lock.</summary>
    private sealed class Waiter(long amount, bool opens) : TaskCompletionSource<GatewayError?>(TaskCreationOptions.RunContinuationsAsynchronously)
    {
        public long Amount => amount;

        public bool Opens => opens;
    }
}
