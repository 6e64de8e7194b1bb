using System.Runtime.InteropServices;

namespace Raft.Testing;

/// <summary>The operations that a search has taken, in order, and the longest such order that there was.</summary>
internal sealed class TakenOrder
{
    private readonly List<Taken> _taken = [];
    private readonly List<int> _longest = [];
    private int _shared; // how many operations at the start are the same in both

    /// <summary>The numbers of the operations of the longest order.</summary>
    public IReadOnlyList<int> Longest => _longest;

    /// <summary>An operation is taken.</summary>
    /// <param name="operation">Its number.</param>
    /// <param name="choice">How it was chosen.</param>
    /// <param name="before">Where the search was before.</param>
    public void Push(int operation, SearchChoice choice, SearchNode before)
    {
        _taken.Add(new Taken(operation, choice, before));
        if (_taken.Count > _longest.Count)
        {
            CopyFromWhereTheyDiffer();
        }
    }

    /// <summary>The last operation is undone.</summary>
    /// <returns>False if there is none.</returns>
    public bool TryPop(out SearchChoice choice, out SearchNode before)
    {
        if (_taken.Count == 0)
        {
            choice = default;
            before = default;
            return false;
        }

        (_, choice, before) = _taken[^1];
        _taken.RemoveAt(_taken.Count - 1);
        _shared = Math.Min(_shared, _taken.Count);
        return true;
    }

    /// <summary>
    /// The order that is taken explains everything. A longer one, with more operations of unknown outcome, may have led nowhere.
    /// </summary>
    public void OnComplete() => CopyFromWhereTheyDiffer();

    private void CopyFromWhereTheyDiffer()
    {
        CollectionsMarshal.SetCount(_longest, _shared);
        foreach (Taken taken in CollectionsMarshal.AsSpan(_taken)[_shared..])
        {
            _longest.Add(taken.Operation);
        }

        _shared = _taken.Count;
    }

    private readonly record struct Taken(int Operation, SearchChoice Choice, SearchNode Before);
}
