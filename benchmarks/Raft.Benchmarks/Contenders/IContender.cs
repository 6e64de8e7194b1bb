using Raft.Benchmarks.Measuring;

namespace Raft.Benchmarks.Contenders;

/// <summary>A system that commits commands.</summary>
internal interface IContender : IAsyncDisposable
{
    /// <summary>What <c>--only</c> calls it.</summary>
    string Name { get; }

    /// <summary>What it is, in a line of the report.</summary>
    string Description { get; }

    /// <summary>Starts it, and waits until it takes proposals.</summary>
    Task StartAsync();

    /// <summary>Proposes one command after another until the load ends.</summary>
    Task RunProposerAsync(Proposer proposer, Load load);

    /// <summary>Reads back and compares the state of all nodes. There must be no proposals meanwhile.</summary>
    /// <returns>A description of the difference; null if there is none.</returns>
    Task<string?> FindDifferenceAsync();
}
