using System.Diagnostics;

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
        return Run(seed, options, static () => new UniqueTexts());
    }

    /// <summary>Runs one with a state machine and commands of your own.</summary>
    /// <param name="seed">What everything follows from.</param>
    /// <param name="stateMachine">
    /// Makes an empty state machine; called for each life of each node. All must give the same results for the same index.
    /// </param>
    /// <param name="command">Draws what a client proposes next; must follow from the source alone.</param>
    /// <param name="options">What it is to do; null for the defaults.</param>
    /// <returns>What it did. A broken rule is reported, not thrown.</returns>
    public static SimulationReport Run(
        ulong seed, Func<IStateMachine> stateMachine, Func<SeededRandom, ReadOnlyMemory<byte>> command, SimulationOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(stateMachine);
        ArgumentNullException.ThrowIfNull(command);
        return Run(seed, options, () => new ByteCommands(stateMachine, command));
    }

    /// <summary>Runs one with a state machine and commands of your own, and writes down what the clients asked and were answered.</summary>
    /// <typeparam name="TCommand">The commands.</typeparam>
    /// <typeparam name="TResult">The results.</typeparam>
    /// <param name="seed">What everything follows from.</param>
    /// <param name="stateMachine">
    /// Makes an empty state machine; called for each life of each node. All must give the same results for the same index.
    /// </param>
    /// <param name="command">Draws what a client proposes next; must follow from the source alone.</param>
    /// <param name="options">What it is to do; null for the defaults.</param>
    /// <returns>What it did, with the history. A broken rule is reported, not thrown.</returns>
    public static SimulationReport<TCommand, TResult> Run<TCommand, TResult>(
        ulong seed,
        Func<StateMachine<TCommand, TResult>> stateMachine,
        Func<SeededRandom, TCommand> command,
        SimulationOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(stateMachine);
        ArgumentNullException.ThrowIfNull(command);
        TypedCommands<TCommand, TResult>? first = null;
        SimulationReport summary = Run(seed, options, () =>
        {
            TypedCommands<TCommand, TResult> made = new(stateMachine, command);
            first ??= made;
            return made;
        });
        TypedCommands<TCommand, TResult> workload = first!;
        return new SimulationReport<TCommand, TResult>(summary, workload.Operations) { Log = workload.Log, StateMachine = stateMachine };
    }

    // A run that failed is repeated with a new workload to write its trace.
    private static SimulationReport Run(ulong seed, SimulationOptions? options, Func<SimulatedWorkload> newWorkload)
    {
        SimulationOptions chosen = options ?? new SimulationOptions();
        return Run(seed, chosen, newWorkload()) with
        {
            TraceFolder = chosen.TraceFolder,
            Again = () => Run(seed, chosen with { KeepsEvents = true }, newWorkload()),
            RunWith = candidate => Run(seed, candidate, newWorkload),
        };
    }

    private static SimulationReport Run(ulong seed, SimulationOptions options, SimulatedWorkload workload)
    {
        SimulationRun run = new(seed, options, workload);
        using HomeThread.Visit visit = run.Enter();
        SimulationException? violation = null;
        try
        {
            run.Execute();
        }
        catch (SimulationException exception)
        {
            violation = exception;
        }
        // Whatever it is, the seed that brings it about is what one needs to know. An error of use is for the caller.
        catch (Exception exception) when (exception != run.UseError)
        {
            violation = run.Failure(exception);
        }

        return run.Report(violation);
    }

    /// <summary>Draws the schedule of a run without running it.</summary>
    /// <param name="seed">What everything follows from.</param>
    /// <param name="options">What it is to do; null for the defaults. Its <see cref="SimulationOptions.Faults"/> do not matter.</param>
    /// <returns>The faults, in the order in which they begin.</returns>
    public static IReadOnlyList<Fault> DrawFaults(ulong seed, SimulationOptions? options = null)
    {
        options ??= new SimulationOptions();
        return options.Weather.Draw(SimulationRun.RandomOf(seed).Fork(), options.Nodes, options.Duration);
    }

    /// <summary>The settings that a run draws from its seed, unless its options give it others.</summary>
    /// <param name="seed">What everything follows from.</param>
    /// <returns>The settings.</returns>
    public static SimulationSettings DrawSettings(ulong seed) => SimulationRun.SettingsOf(seed);

    /// <summary>
    /// Shrinks the schedule of a run that broke a rule to as few faults as still break the same rule, by running parts of it.
    /// </summary>
    /// <param name="report">What the run did.</param>
    /// <param name="options">What it was run with; null for the defaults.</param>
    /// <param name="timeLimit">
    /// How long to try, in real time, apart from the run under way then; null for a minute. The result is the smallest so far.
    /// </param>
    /// <returns>The smallest schedule that was found; run again, its events kept.</returns>
    /// <exception cref="ArgumentException">The run broke no rule.</exception>
    public static ShrunkSimulation Shrink(SimulationReport report, SimulationOptions? options = null, TimeSpan? timeLimit = null)
    {
        ArgumentNullException.ThrowIfNull(report);
        if (report.Violation is null)
        {
            throw new ArgumentException("The run broke no rule, so there is nothing to shrink.", nameof(report));
        }

        TimeSpan limit = timeLimit ?? TimeSpan.FromMinutes(1);
        Stopwatch watch = Stopwatch.StartNew();
        Func<SimulationOptions, SimulationReport> run = report.RunWith ?? (candidate => Run(report.Seed, candidate));
        ScheduleShrinker shrinker = new(run, () => watch.Elapsed >= limit);
        ShrunkSimulation shrunk = shrinker.Shrink(report, (options ?? new SimulationOptions()) with { KeepsEvents = false });
        SimulationOptions recorded = shrunk.Options with { KeepsEvents = true };
        return shrunk with { Options = recorded, Report = run(recorded) };
    }
}
