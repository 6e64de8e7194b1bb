using Raft.Benchmarks.Contenders;

namespace Raft.Benchmarks.Measuring;

/// <summary>Proposers at work.</summary>
internal sealed class RunningLoad
{
    private readonly Load _load = new();
    private readonly Proposer[] _proposers;
    private readonly Task[] _loops;

    private RunningLoad(IContender contender, LoadCase load)
    {
        _proposers = [.. Enumerable.Range(0, load.Proposers).Select(number => new Proposer(number, load.PayloadBytes))];
        _loops = [.. _proposers.Select(proposer => Task.Run(() => contender.RunProposerAsync(proposer, _load)))];
    }

    /// <summary>To be read when they have ended.</summary>
    public IReadOnlyCollection<Proposer> Proposers => _proposers;

    /// <summary>Whether one has met with what it could not repeat, so that <see cref="End"/> will throw.</summary>
    public bool IsBroken => _loops.Any(static loop => loop.IsFaulted);

    public static RunningLoad Start(IContender contender, LoadCase load) => new(contender, load);

    public void BeginMeasuring() => _load.BeginMeasuring();

    public void EndMeasuring() => _load.EndMeasuring();

    /// <summary>Lets each end what it has begun. Blocks until they have.</summary>
    public void End()
    {
        _load.End();
        Task.WhenAll(_loops).GetAwaiter().GetResult();
    }
}
