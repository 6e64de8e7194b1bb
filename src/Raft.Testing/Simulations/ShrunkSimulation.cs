namespace Raft.Testing;

/// <summary>
/// What <see cref="Simulation.Shrink"/> has found: a schedule with as few faults as it could, which breaks the same rule.
/// </summary>
/// <param name="Options">What to run it with again.</param>
/// <param name="Report">What that run did.</param>
/// <param name="Runs">How many runs it took to find.</param>
/// <param name="IsMinimal">Whether no fault of it can be left out; false if time was up before that was known.</param>
public sealed record ShrunkSimulation(SimulationOptions Options, SimulationReport Report, int Runs, bool IsMinimal);
