"""The resource types of pulumi-aws that the stacks use, on boto3."""
