using System.Collections.Concurrent;
using System.Globalization;
using Raft.Testing;

namespace Raft.Chaos;

/// <summary>
/// Checks histories in rounds, while the run continues, so that its memory is bounded however long it lasts. A round is one history of many
/// registers.
/// </summary>
/// <param name="findings">Receives what no order explains.</param>
/// <param name="folder">Receives the history of each register that is wrong.</param>
/// <param name="roundOperations">After how many operations a round is checked.</param>
internal sealed class HistoryRounds(Findings findings, string folder, int roundOperations) : IDisposable
{
    private const int MostRoundsWaiting = 4; // a run that produces faster than it can check is not checked well

    private readonly BlockingCollection<IReadOnlyList<RegisterHistory>> _rounds = new(MostRoundsWaiting);
    private readonly Lock _lock = new();
    private readonly RegisterModel _model = new();
    private List<RegisterHistory> _next = [];
    private int _operations;
    private int _received;
    private Thread? _thread;

    /// <summary>How many operations were checked.</summary>
    public long Checked { get; private set; }

    /// <summary>How many rounds were checked.</summary>
    public int Rounds { get; private set; }

    /// <summary>How many operations the largest round had.</summary>
    public int LargestRound { get; private set; }

    /// <summary>How many registers have a history that no order explains.</summary>
    public int Nonlinearizable { get; private set; }

    /// <summary>Begins to check, on a thread of its own.</summary>
    public void Start()
    {
        _thread = new Thread(CheckAll) { IsBackground = true, Priority = ThreadPriority.BelowNormal, Name = "history" };
        _thread.Start();
    }

    /// <summary>Adds a complete history.</summary>
    public void Add(RegisterHistory history)
    {
        lock (_lock)
        {
            _next.Add(history);
            _received++;
            _operations += history.Count;
            if (_operations >= roundOperations)
            {
                EndRound();
            }
        }
    }

    /// <summary>Checks the last round, and returns when all are checked.</summary>
    /// <param name="created">How many histories there must be.</param>
    public void Finish(int created)
    {
        int received;
        lock (_lock)
        {
            received = _received;
            EndRound();
            _rounds.CompleteAdding();
        }

        _thread?.Join();
        if (received != created)
        {
            findings.Report(string.Create(CultureInfo.InvariantCulture, $"only {received} of {created} histories are complete and were checked"));
        }
    }

    public void Dispose() => _rounds.Dispose();

    private void EndRound()
    {
        if (_next.Count > 0)
        {
            _rounds.Add(_next);
            _next = [];
            _operations = 0;
        }
    }

    private void CheckAll()
    {
        foreach (IReadOnlyList<RegisterHistory> round in _rounds.GetConsumingEnumerable())
        {
            Check(round);
        }
    }

    private void Check(IReadOnlyList<RegisterHistory> round)
    {
        Operation<RegisterInput, RegisterOutput>[] operations = [.. round.SelectMany(static history => history.Operations)];
        Rounds++;
        Checked += operations.Length;
        LargestRound = Math.Max(LargestRound, operations.Length);
        if (LinearizabilityChecker.Check(_model, operations, static input => input.Key).Verdict == LinearizabilityVerdict.Linearizable)
        {
            return;
        }

        foreach (RegisterHistory history in round)
        {
            LinearizabilityResult result = LinearizabilityChecker.Check(_model, history.Operations);
            if (result.Verdict != LinearizabilityVerdict.Linearizable)
            {
                Report(history, result);
            }
        }
    }

    private void Report(RegisterHistory history, LinearizabilityResult result)
    {
        Nonlinearizable++;
        string file = Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"history-{history.Key}.txt"));
        File.WriteAllLines(file, [result.Explanation, "", "All operations:", .. history.Operations.Select(static each => each.ToString())]);
        findings.Report($"register {history.Key}: {result.Explanation.Split('\n')[0]} See {file}.");
    }
}
