namespace Raft.Testing;

/// <summary>
/// Runs a whole cluster through a weather of faults, with clients that propose all the while, and looks at every rule after
/// every step. In the end the faults heal, a majority of the nodes is up, and progress is demanded.
/// </summary>
public static class Simulation
{
    /// <summary>Runs one.</summary>
    /// <param name="seed">What everything follows from.</param>
    /// <param name="options">What it is to do; null for the defaults.</param>
    /// <returns>What it did. A broken rule is reported, not thrown.</returns>
    public static SimulationReport Run(ulong seed, SimulationOptions? options = null)
    {
        SimulationRun run = new(seed, options ?? new SimulationOptions());
        SimulationException? violation = null;
        try
        {
            run.Execute();
        }
        catch (SimulationException exception)
        {
            violation = exception;
        }

        return run.Report(violation);
    }
}
