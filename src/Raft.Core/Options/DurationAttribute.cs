using System.ComponentModel.DataAnnotations;
using System.Globalization;

namespace Raft;

/// <summary>
/// Requires a duration above zero, or of zero where that is allowed, and at most of a number of days. Null is allowed, for an
/// option with a default.
/// </summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class DurationAttribute : ValidationAttribute
{
    /// <summary>Whether zero is allowed.</summary>
    public bool AllowZero { get; set; }

    /// <summary>The longest duration, in days; 0 (the default) for no limit.</summary>
    public int MaximumDays { get; set; }

    /// <inheritdoc/>
    protected override ValidationResult? IsValid(object? value, ValidationContext validationContext) => value switch
    {
        TimeSpan duration when duration < TimeSpan.Zero || (duration == TimeSpan.Zero && !AllowZero) =>
            Refuse(duration, AllowZero ? "it must not be negative" : "it must be above zero", validationContext),
        TimeSpan duration when MaximumDays > 0 && duration > TimeSpan.FromDays(MaximumDays) =>
            Refuse(duration, $"it must be at most {TimeSpan.FromDays(MaximumDays):c}", validationContext),
        _ => ValidationResult.Success,
    };

    /// <summary>
    /// Explains a duration of whole days, which is rarely meant: a plain number in configuration means days. Empty for others.
    /// </summary>
    public static string HintAtDays(TimeSpan duration) => duration > TimeSpan.Zero && duration.Ticks % TimeSpan.TicksPerDay == 0
        ? " A plain number in configuration means days: write 300 milliseconds as \"00:00:00.300\", and 300 seconds as \"00:05:00\"."
        : string.Empty;

    private static ValidationResult Refuse(TimeSpan duration, string rule, ValidationContext context) =>
        new(string.Create(CultureInfo.InvariantCulture, $"{context.MemberName} is {duration:c}: {rule}.{HintAtDays(duration)}"));
}
