using System.ComponentModel.DataAnnotations;
using System.Globalization;

namespace Raft;

/// <summary>Sets the smallest value that a number option may have. The message contains the value.</summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class AtLeastAttribute(long minimum) : ValidationAttribute
{
    /// <summary>The smallest value.</summary>
    public long Minimum { get; } = minimum;

    /// <inheritdoc/>
    protected override ValidationResult? IsValid(object? value, ValidationContext validationContext) =>
        Convert.ToInt64(value, CultureInfo.InvariantCulture) >= Minimum
            ? ValidationResult.Success
            : new ValidationResult(string.Create(
                CultureInfo.InvariantCulture,
                $"{validationContext.MemberName} is {value}: it must be at least {Minimum}."));
}
