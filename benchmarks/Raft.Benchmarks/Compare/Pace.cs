namespace Raft.Benchmarks.Compare;

/// <summary>How long things take.</summary>
/// <param name="Repetitions">How often each case is measured.</param>
/// <param name="FirstWarmUp">How long each system runs when it has started, for the compiler's second thoughts.</param>
/// <param name="WarmUp">How long it runs before each measurement.</param>
/// <param name="Duration">How long a measurement takes.</param>
internal sealed record Pace(int Repetitions, TimeSpan FirstWarmUp, TimeSpan WarmUp, TimeSpan Duration)
{
    public static Pace Full { get; } = new(3, TimeSpan.FromSeconds(3), TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(3));

    public static Pace Quick { get; } = new(1, TimeSpan.FromSeconds(1), TimeSpan.FromMilliseconds(300), TimeSpan.FromMilliseconds(900));
}
