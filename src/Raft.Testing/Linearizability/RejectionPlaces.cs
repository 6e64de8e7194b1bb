namespace Raft.Testing;

/// <summary>
/// Finds the command in the log that explains why an operation was rejected: an equal command that was rejected for the same reason, after
/// everything that had ended before the operation began, and before everything that began after it had ended.
/// </summary>
internal sealed class RejectionPlaces<TCommand, TResult>
{
    private readonly List<(Operation<TCommand, TResult> Operation, long Index)> _placed;

    /// <summary>Creates a search.</summary>
    /// <param name="answered">The operations that were answered with a result, and the indexes of their commands.</param>
    public RejectionPlaces(IEnumerable<(Operation<TCommand, TResult> Operation, long Index)> answered) => _placed = [.. answered];

    /// <summary>Finds the place of an operation. Call it for operations in the order in which they began.</summary>
    /// <param name="operation">The operation.</param>
    /// <param name="candidates">The indexes of equal commands with an equal rejection, in order.</param>
    /// <returns>The index; null if none explains it.</returns>
    public long? Place(Operation<TCommand, TResult> operation, IEnumerable<long> candidates)
    {
        long after = 0;
        long before = long.MaxValue;
        foreach ((Operation<TCommand, TResult> other, long index) in _placed)
        {
            if (other.EndedAt < operation.BeganAt)
            {
                after = Math.Max(after, index);
            }
            else if (other.BeganAt > operation.EndedAt)
            {
                before = Math.Min(before, index);
            }
        }

        foreach (long index in candidates)
        {
            if (index >= after && index <= before)
            {
                _placed.Add((operation, index));
                return index;
            }
        }

        return null;
    }
}
